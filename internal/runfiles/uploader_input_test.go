package runfiles_test

import (
	stderrors "errors"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/runfiles"
)

func TestSave_InvalidInput_ReturnsInputError(t *testing.T) {
	t.Parallel()
	o := newOnline(t, nil)
	for _, name := range []string{"", ".", "..", "../up", "a/../../b", "/etc/passwd", "a//b", "a/./b", "nul\x00", "\xff"} {
		require.ErrorIs(t, o.SaveBytes(name, nil, runfiles.Now), runfiles.ErrOutside, "%q", name)
	}
	assert.ErrorIs(t, o.SaveFile("a", fstest.MapFS{}, "../a", runfiles.Now), runfiles.ErrOutside)
	dir := t.TempDir()
	glob := func(pattern, base string, policy runfiles.Policy) error {
		_, err := o.SaveGlob(pattern, base, policy)
		return err
	}
	inFS := func(pattern string) error {
		_, err := o.SaveFS(fstest.MapFS{"d/f": {}, "device": {Mode: fs.ModeDevice}}, pattern, runfiles.Now)
		return err
	}
	for want, err := range map[string]error{
		`save a: invalid policy "later": must be now, end or live`:                    o.SaveBytes("a", nil, "later"),
		`save: invalid file name "../a": must be a path inside the run`:               o.SaveBytes("../a", nil, runfiles.Now),
		`save a: invalid path "../b": must be a valid path of io/fs`:                  o.SaveFile("a", fstest.MapFS{}, "../b", runfiles.Now),
		`invalid policy "never": must be now, end or live`:                            glob(dir+"/*", dir, "never"),
		`invalid pattern "../x": must lead to files below its base`:                   glob("../x", "", runfiles.Now),
		`invalid pattern "../y": must lead to files below its base`:                   inFS("../y"),
		`invalid pattern "d/[": must be a pattern of filepath.Match`:                  inFS("d/["),
		`invalid pattern "d": is a directory; add /** to save all the files below it`: inFS("d"),
		`invalid pattern "device": is not a regular file`:                             inFS("device"),
	} {
		assert.ErrorIs(t, err, errors.ErrInvalidInput)
		if err != nil {
			assert.Equal(t, want, err.Error())
		}
		_, typed := stderrors.AsType[*errors.InputError](err)
		assert.True(t, typed, "%v", err)
	}
	require.NoError(t, o.Finish(t.Context()))
	assert.Empty(t, o.files())
}
