package smallfile

import (
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTemporary_WithAndWithoutName_IsGoneOnceItIsClosed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	names := func() int {
		list, err := os.ReadDir(dir)
		require.NoError(t, err)
		return len(list)
	}
	f, err := NewTemporary(dir, "x-*")
	require.NoError(t, err)
	if runtime.GOOS != "windows" { // which removes no open file
		assert.Zero(t, names())
	}
	_, err = f.WriteString("content")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	assert.Zero(t, names())

	open, err := os.CreateTemp(dir, "y-*")
	require.NoError(t, err)
	require.NoError(t, (&Temporary{File: open, named: true}).Close())
	assert.Zero(t, names())

	_, err = NewTemporary(dir+"/none", "x-*")
	require.ErrorIs(t, err, os.ErrNotExist)
}
