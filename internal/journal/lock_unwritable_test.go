package journal_test

import (
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
)

// A program that runs cannot be opened for writing, as a file on a file system that is
// mounted read-only. Its lock still says whether somebody uses it.
func TestLock_FileThatNobodyCanWrite_IsLocked(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the lock would keep the program from being read")
	}
	path, err := os.Executable()
	require.NoError(t, err)
	unlock, err := journal.Lock(path)
	require.NoError(t, err)
	_, err = journal.Lock(path)
	require.ErrorIs(t, err, journal.ErrInUse)
	unlock()
}
