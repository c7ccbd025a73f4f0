package runfiles_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestFinish_CanceledContext_IsTheCause(t *testing.T) {
	t.Parallel()
	o := newOnline(t, nil)
	o.srv.Inject(wandbtest.Fault{Operation: "PUT", Hang: true})
	require.NoError(t, o.SaveBytes("a", nil, runfiles.Now))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errDisk)
	require.ErrorIs(t, o.Finish(ctx), errDisk)
}

func TestFinish_Pending_IsSentAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{put: func(put) (int, string) { advance(time.Second); return 200, "" }}
		o := newWire(t, w, nil)
		require.NoError(t, o.SaveBytes("a", []byte("1"), runfiles.Now))
		o.Flush()
		synctest.Wait()
		require.NoError(t, o.SaveBytes("a", []byte("2"), runfiles.Now))
		require.NoError(t, o.Finish(t.Context()))
		assert.Equal(t, []string{"a=1", "a=2"}, w.bodies())
		assert.Equal(t, 2*time.Second, time.Since(w.start))
	})
}

func TestFinish_ContextEnds_UploadsContinueUntilClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		w := &wire{put: func(put) (int, string) { <-release; return 200, "" }}
		o := newWire(t, w, nil)
		require.NoError(t, o.SaveBytes("a", nil, runfiles.Now))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := o.Finish(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.EqualError(t, err, "upload files: 1 not uploaded: context deadline exceeded")
		close(release)
		require.NoError(t, o.Finish(t.Context()), "the upload went on")
		o.Close()
		o.Close()
		o.Start()
	})
	synctest.Test(t, func(t *testing.T) {
		w := &wire{put: func(put) (int, string) { return 503, "" }}
		o := newWire(t, w, nil)
		require.NoError(t, o.SaveBytes("a", nil, runfiles.Now))
		done := make(chan error)
		go func() { done <- o.Finish(t.Context()) }()
		synctest.Wait() // in the wait before a retry
		o.Close()
		assert.Error(t, <-done)
	})
}
