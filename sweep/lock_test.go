package sweep

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAcquire_Held_IsRefusedOrWaits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	first, err := acquire(path, false)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("no locks here")
	}
	require.NoError(t, err)
	_, err = acquire(path, false)
	require.ErrorContains(t, err, path)

	second := make(chan *fileLock)
	go func() {
		lock, err := acquire(path, true)
		assert.NoError(t, err)
		second <- lock
	}()
	select {
	case <-second:
		t.Error("two have the lock")
	default:
	}
	require.ErrorContains(t, probe(path), path)
	first.release()
	(<-second).release()
	third, err := acquire(path, false)
	require.NoError(t, err)
	third.release()
}
