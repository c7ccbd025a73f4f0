package client

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/diagnose"
)

// One asks for all who want to know at about the same time, and nobody waits longer
// than he likes.
func TestFindings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var f findings
		var asked []string
		get := func(ctx context.Context, c diagnose.Class, name string) string {
			return f.get(ctx, c, func() *diagnose.Findings {
				asked = append(asked, name)
				advance(time.Second)
				return &diagnose.Findings{Entity: name}
			}).Entity
		}
		go get(t.Context(), diagnose.Forbidden, "first")
		synctest.Wait()
		hasty, cancel := context.WithCancel(t.Context())
		cancel()
		assert.Empty(t, get(hasty, diagnose.Forbidden, "hasty"))
		assert.Equal(t, "first", get(t.Context(), diagnose.Forbidden, "patient"))
		assert.Equal(t, "key", get(t.Context(), diagnose.Unauthorized, "key"), "other questions")
		advance(findingLasts - time.Second)
		assert.Equal(t, "first", get(t.Context(), diagnose.Forbidden, "in time"))
		advance(time.Second)
		assert.Equal(t, "late", get(t.Context(), diagnose.Forbidden, "late"), "things may have changed")
		assert.Equal(t, []string{"first", "key", "late"}, asked)
	})
}

// Tasks may be added while somebody waits.
func TestTasks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all tasks
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

// advance moves a fake clock.
func advance(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // no real time passes
