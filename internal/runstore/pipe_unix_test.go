//go:build unix

package runstore

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/smallfile"
)

func TestRefresh_LogBecameAPipe_DoesNotWaitForIt(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "r1")
	l.finish(0)
	r := only(t, open(t, Options{}, root))
	require.NoError(t, os.Remove(l.dir.Journal()))
	require.NoError(t, syscall.Mkfifo(l.dir.Journal(), 0o600))
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.refresh(t.Context())
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it waits for the other end of the pipe")
	}
	require.ErrorIs(t, r.Info().Err, smallfile.ErrNotRegular)
}
