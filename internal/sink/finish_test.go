package sink

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/runfiles"
)

func TestRefusedFiles_Text_HasTheReasonOnce(t *testing.T) {
	t.Parallel()
	why := errors.New(`the store refused "a"`)
	one := &runfiles.FileError{Name: "a", Err: &objectstore.Error{Host: "store.example", Answer: &graphql.Error{StatusCode: 403}}}
	local := &runfiles.FileError{Name: "b", Err: fs.ErrPermission}
	for _, tt := range []struct {
		name  string
		files []*runfiles.FileError
		want  string
	}{
		{"one file", []*runfiles.FileError{one}, `the store refused "a"`},
		{"two files", []*runfiles.FileError{one, one}, `the store refused "a"; 2 files failed`},
		{"another reason", []*runfiles.FileError{one, local}, `the store refused "a"; 2 files failed; one for another reason: upload b: permission denied`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := &refusedFiles{why, &runfiles.FilesError{Files: tt.files}}
			require.EqualError(t, err, tt.want)
			require.ErrorIs(t, err, why)
			failed, ok := errors.AsType[*runfiles.FilesError](err)
			require.True(t, ok)
			assert.Len(t, failed.Files, len(tt.files))
		})
	}
}
