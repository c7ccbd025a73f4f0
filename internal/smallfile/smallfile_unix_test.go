//go:build unix

package smallfile_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/smallfile"
)

func TestRead_PipeOrDevice_ReturnsErrNotRegular(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, path := range []string{pipe, "/dev/zero", t.TempDir()} {
		_, err := smallfile.Read(path)
		require.ErrorIs(t, err, smallfile.ErrNotRegular, path)
		require.ErrorContains(t, err, path)
	}
}

func TestWrite_LinkOrPipeInPlace_IsReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious")
	require.NoError(t, os.WriteFile(precious, []byte("mine"), 0o600))
	for _, name := range []string{"link", "link.tmp"} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.Symlink(precious, path))
	}
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe.tmp"), 0o600))
	for _, name := range []string{"link", "pipe"} {
		path := filepath.Join(dir, name)
		require.NoError(t, smallfile.Write(path, []byte("note")))
		text, err := smallfile.Read(path)
		require.NoError(t, err)
		require.Equal(t, "note", string(text))
	}
	text, err := os.ReadFile(precious)
	require.NoError(t, err)
	require.Equal(t, "mine", string(text))
}
