package sink

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

// Work may be added while somebody waits.
func TestWaiter_WorkAddedWhileWaiting_WaitsForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all waiter
		all.wait() // for nothing
		all.begin()
		waited := false
		go func() { all.wait(); waited = true }()
		synctest.Wait()
		all.begin()
		all.end()
		synctest.Wait()
		assert.False(t, waited)
		all.end()
		synctest.Wait()
		assert.True(t, waited)
		all.wait()
	})
}
