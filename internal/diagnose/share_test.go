package diagnose

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
)

var (
	here      = Place{Entity: "acme", Project: "vision"}
	forbidden = &Refusal{Class: Forbidden, Message: "permission denied"}
)

// known is what a diagnosis that was not cut short brings.
func known() *Findings { return findings(viewer("a")) }

func TestSharedAsksOnceForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s Shared
		var asked atomic.Int32
		var all sync.WaitGroup
		for range 64 {
			ticket := s.Enter(here)
			all.Go(func() {
				defer ticket.Leave()
				f := ticket.Diagnose(t.Context(), forbidden, func(context.Context) *Findings {
					asked.Add(1)
					<-time.After(time.Second)
					return known()
				})
				assert.NotNil(t, f.Who.Viewer)
			})
		}
		all.Wait()
		assert.EqualValues(t, 1, asked.Load())
		assert.Empty(t, s.places, "nothing is kept once all have left")
	})
}

// TestSharedWithLateRefusal: a request that was under way while another was
// diagnosed takes over its findings; one that began later asks again.
func TestSharedWithLateRefusal(t *testing.T) {
	t.Parallel()
	var s Shared
	asked := 0
	ask := func(context.Context) *Findings { asked++; return known() }
	first, slow := s.Enter(here), s.Enter(here)
	first.Diagnose(t.Context(), forbidden, ask)
	slow.Diagnose(t.Context(), forbidden, ask)
	assert.Equal(t, 1, asked)

	later := s.Enter(here)
	later.Diagnose(t.Context(), forbidden, ask)
	assert.Equal(t, 2, asked, "the world may have changed before this one began")

	first.Leave()
	slow.Leave()
	later.Leave()
	again := s.Enter(here)
	defer again.Leave()
	again.Diagnose(t.Context(), forbidden, ask)
	assert.Equal(t, 3, asked)
}

func TestSharedKeepsApart(t *testing.T) {
	t.Parallel()
	var s Shared
	asked := 0
	ask := func(context.Context) *Findings { asked++; return known() }
	a, b := s.Enter(here), s.Enter(Place{Entity: "acme", Project: "other"})
	defer a.Leave()
	defer b.Leave()
	a.Diagnose(t.Context(), forbidden, ask)
	b.Diagnose(t.Context(), forbidden, ask)
	a.Diagnose(t.Context(), &Refusal{Class: Unauthorized, Message: "permission denied"}, ask)
	a.Diagnose(t.Context(), &Refusal{Class: Forbidden, Message: "something else"}, ask)
	assert.Equal(t, 4, asked, "place, class and message all matter")
}

// TestSharedEndsWithItsLastWaiter: one who gives up does not end the diagnosis
// of the others; when all have given up, it is cancelled and waited for.
func TestSharedEndsWithItsLastWaiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s Shared
		ended := false
		ask := func(ctx context.Context) *Findings {
			<-ctx.Done()
			<-time.After(time.Second)
			ended = true
			return &Findings{}
		}
		one, two := s.Enter(here), s.Enter(here)
		ctx1, cancel1 := context.WithCancel(t.Context())
		ctx2, cancel2 := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			defer one.Leave()
			f := one.Diagnose(ctx1, forbidden, ask)
			assert.Empty(t, f.Who.Outcome)
			assert.False(t, ended, "the other still waits")
		})
		all.Go(func() {
			defer two.Leave()
			two.Diagnose(ctx2, forbidden, ask)
			assert.True(t, ended, "the last one leaves nothing running")
		})
		synctest.Wait()
		cancel1()
		synctest.Wait()
		assert.False(t, ended)
		cancel2()
		all.Wait()
	})
}

// TestSharedIsNotJoinedOnceCancelled: who comes while a diagnosis that all had
// given up is being wound up must not be handed its stump.
func TestSharedIsNotJoinedOnceCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s Shared
		gaveUp, stays := s.Enter(here), s.Enter(here)
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			defer gaveUp.Leave()
			gaveUp.Diagnose(ctx, forbidden, func(ctx context.Context) *Findings {
				<-ctx.Done()
				<-time.After(time.Second) // winding up
				return &Findings{}
			})
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		f := stays.Diagnose(t.Context(), forbidden, func(context.Context) *Findings { return known() })
		stays.Leave()
		all.Wait()
		require.Equal(t, errors.Answered, f.Who.Outcome)
		assert.Empty(t, s.places)
	})
}

// TestSharedUnderContention is for the race detector: tickets come, give up and
// go in every order, and nobody who had time is left with nothing.
func TestSharedUnderContention(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s Shared
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				<-time.After(time.Duration(i%17) * time.Millisecond)
				ticket := s.Enter(here)
				defer ticket.Leave()
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+i%5)*time.Millisecond)
				defer cancel()
				f := ticket.Diagnose(ctx, forbidden, func(ctx context.Context) *Findings {
					select {
					case <-time.After(3 * time.Millisecond):
						return known()
					case <-ctx.Done():
						return &Findings{}
					}
				})
				if ctx.Err() == nil {
					assert.NotNil(t, f.Who.Viewer)
				}
			})
		}
		all.Wait()
		assert.Empty(t, s.places)
	})
}
