package runfiles_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/runfiles"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		w := &wire{put: func(p put) (int, string) {
			if p.name == "a" {
				<-release
			}
			return 200, ""
		}}
		o := newWire(t, w, nil)
		require.NoError(t, o.SaveBytes("a", []byte("12345"), runfiles.Now))
		require.NoError(t, o.SaveBytes("b", []byte("123"), runfiles.Now))
		assert.Equal(t, 2, o.Progress().Waiting)
		o.Flush()
		synctest.Wait()
		assert.Equal(t, runfiles.Progress{Files: 2, Done: 1, Waiting: 1, Bytes: 8, BytesDone: 8, Current: []string{"a"}}, o.Progress())
		close(release)
		require.NoError(t, o.Finish(t.Context()))
		assert.Equal(t, runfiles.Progress{Files: 2, Done: 2, Bytes: 8, BytesDone: 8}, o.Progress())
	})
}

func TestProgress_FailedAttempt_IsSubtracted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var o *online
		var done []int64
		w := &wire{}
		w.put = func(put) (int, string) {
			done = append(done, o.Progress().BytesDone)
			if len(done) < 3 {
				return 500, ""
			}
			return 200, ""
		}
		o = newWire(t, w, nil)
		require.NoError(t, o.SaveBytes("a", []byte("12345"), runfiles.Now))
		require.NoError(t, o.Finish(t.Context()))
		assert.Equal(t, []int64{5, 5, 5}, done)
	})
}
