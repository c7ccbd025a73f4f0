package journal_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
)

func TestLock(t *testing.T) {
	t.Parallel()
	w, path := create(t, journal.Options{})
	unlock, err := journal.Lock(path)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("no locks here")
	}
	require.ErrorIs(t, err, journal.ErrInUse, "a writer holds it")
	require.Nil(t, unlock)

	require.NoError(t, w.Close())
	unlock, err = journal.Lock(path)
	require.NoError(t, err)
	_, err = journal.Lock(path)
	require.ErrorIs(t, err, journal.ErrInUse)
	unlock()
	unlock, err = journal.Lock(path)
	require.NoError(t, err)
	unlock()

	_, err = journal.Lock(filepath.Join(t.TempDir(), "nothing"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}
