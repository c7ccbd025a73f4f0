package diagnose

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestMemory_WithinAMinute_AsksOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m memory
		var asked []string
		get := func(ctx context.Context, c Class, name string) string {
			key := memoryKey{target{"acme", "vision"}, "run1", c}
			return m.get(ctx, key, func() *Findings {
				asked = append(asked, name)
				<-time.After(time.Second)
				return &Findings{Entity: name}
			}).Entity
		}
		go get(t.Context(), Forbidden, "first")
		synctest.Wait()
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		assert.Empty(t, get(ended, Forbidden, "impatient"), "a caller waits no longer than its context")
		assert.Equal(t, "first", get(t.Context(), Forbidden, "patient"))
		assert.Equal(t, "key", get(t.Context(), Unauthorized, "key"), "other questions")
		<-time.After(memoryLasts - time.Second)
		assert.Equal(t, "first", get(t.Context(), Forbidden, "in time"))
		<-time.After(time.Second)
		assert.Equal(t, "late", get(t.Context(), Forbidden, "late"), "rights may have changed")
		assert.Equal(t, []string{"first", "key", "late"}, asked)
		assert.Len(t, m.known, 2, "old findings are dropped")
	})
}

func TestMemory_ContextEndsWhileAsking_AsksAgain(t *testing.T) {
	t.Parallel()
	var m memory
	key := memoryKey{target{"acme", "vision"}, "run1", Forbidden}
	ctx, cancel := context.WithCancel(t.Context())
	cut := m.get(ctx, key, func() *Findings {
		cancel()
		return &Findings{}
	})
	assert.Empty(t, cut.Entity)
	again := m.get(t.Context(), key, func() *Findings { return &Findings{Entity: "acme"} })
	assert.Equal(t, "acme", again.Entity)
}
