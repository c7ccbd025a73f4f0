package filelock_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/filelock"
)

func TestLock_TakenTwice_IsInUseUntilItIsGivenBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	open := func() *os.File {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		require.NoError(t, err)
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	a, b := open(), open()
	err := filelock.Lock(a)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("no locks here")
	}
	require.NoError(t, err)
	require.ErrorIs(t, filelock.Lock(b), filelock.ErrInUse)
	require.ErrorIs(t, filelock.Probe(b), filelock.ErrInUse)
	filelock.Unlock(a)
	require.NoError(t, filelock.Probe(a))
	require.NoError(t, filelock.Probe(b), "those who probe do not see each other")
	require.ErrorIs(t, filelock.Lock(open()), filelock.ErrInUse)
	filelock.Unlock(a)
	require.NoError(t, filelock.Lock(b))
	waited := make(chan error)
	go func() { waited <- filelock.Wait(a) }()
	filelock.Unlock(b)
	require.NoError(t, <-waited)
	require.ErrorIs(t, filelock.Lock(b), filelock.ErrInUse)
}
