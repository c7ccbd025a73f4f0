package slowdisk

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun_OperationIsStuck_OthersFailAtOnceUntilItEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l Line
		own := errors.New("no space")
		require.NoError(t, l.Run(time.Second, func() error { return nil }))
		require.ErrorIs(t, l.Run(time.Second, func() error { return own }), own)

		release := make(chan struct{})
		begin := time.Now()
		err := l.Run(time.Second, func() error { <-release; return nil })
		require.ErrorIs(t, err, ErrStuck)
		assert.Equal(t, time.Second, time.Since(begin))
		require.ErrorIs(t, l.Run(time.Second, func() error { t.Error("called"); return nil }), ErrStuck)
		assert.Equal(t, time.Second, time.Since(begin), "at once")

		later := make(chan struct{})
		l.Later(func() { close(later) })
		close(release)
		<-later
		synctest.Wait()
		require.NoError(t, l.Run(time.Second, func() error { return nil }))
	})
}
