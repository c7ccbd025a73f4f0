//go:build unix && !solaris && !aix

package journal

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/filelock"
)

// A process that forks while the log is closed must not keep it claimed.
func TestCloseUnlocksWhatAChildHas(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "run.wandb")
	d, err := CreateFile(path)
	require.NoError(t, err)
	f, ok := d.(osFile)
	require.True(t, ok)
	child, err := syscall.Dup(int(f.Fd())) // shares the lock, as the file of a child does
	require.NoError(t, err)
	defer syscall.Close(child)
	require.NoError(t, d.Close())

	unlock, err := Lock(path)
	require.NoError(t, err)
	held, err := os.Open(path)
	require.NoError(t, err)
	defer held.Close()
	require.ErrorIs(t, filelock.Lock(held), filelock.ErrInUse)
	unlock()
	require.NoError(t, filelock.Lock(held))
}
