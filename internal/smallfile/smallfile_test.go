package smallfile_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/smallfile"
)

func TestReadLimit_SizeAroundLimit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		size int
		want error
	}{
		{"empty", 0, nil},
		{"below", 9, nil},
		{"at the limit", 10, nil},
		{"above", 11, smallfile.ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "file")
			content := bytes.Repeat([]byte{'x'}, tt.size)
			require.NoError(t, os.WriteFile(path, content, 0o600))
			got, err := smallfile.ReadLimit(path, 10)
			require.ErrorIs(t, err, tt.want)
			if tt.want == nil {
				assert.Equal(t, string(content), string(got))
			}
		})
	}
}

func TestRead_FileMissing_ReturnsErrNotExist(t *testing.T) {
	t.Parallel()
	_, err := smallfile.Read(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}
