//go:build unix

package smallfile_test

import (
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
