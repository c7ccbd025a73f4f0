//go:build unix && !solaris && !aix

package sweep

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/filelock"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// A board and other readers ask all the time whether trials live.
func TestDead_SomeoneElseAsks_KilledTrialIsDead(t *testing.T) {
	t.Parallel()
	s, err := openStore(t.TempDir())
	require.NoError(t, err)
	lock, err := acquire(s.alive("abc"), false)
	require.NoError(t, err)
	assert.False(t, s.dead("abc"))
	lock.release()
	reader, err := smallfile.Open(s.alive("abc"))
	require.NoError(t, err)
	probing, err := locked(reader, filelock.Probe)
	require.NoError(t, err)
	t.Cleanup(probing.release)
	assert.True(t, s.dead("abc"))
	require.NoError(t, os.Remove(s.alive("abc")))
	assert.True(t, s.dead("abc"))
}

// A child process that is being started has the file, too, until it executes.
func TestRelease_FileIsOpenElsewhere_LockIsFree(t *testing.T) {
	t.Parallel()
	s, err := openStore(t.TempDir())
	require.NoError(t, err)
	lock, err := acquire(s.alive("abc"), false)
	require.NoError(t, err)
	inherited, err := syscall.Dup(int(lock.file.Fd()))
	require.NoError(t, err)
	defer syscall.Close(inherited)
	lock.release()
	assert.True(t, s.dead("abc"))
}
