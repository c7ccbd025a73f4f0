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
	here      = target{entity: "acme", project: "vision"}
	forbidden = &Failure{Class: Forbidden, Message: "permission denied"}
)

// known are the findings of a complete diagnosis.
func known() *Findings { return findings(viewer("a")) }

func TestSharing_SameRefusal_AsksOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s sharing
		var asked atomic.Int32
		var all sync.WaitGroup
		for range 64 {
			request := s.enter(here)
			all.Go(func() {
				defer request.leave()
				f := request.find(t.Context(), forbidden, func(context.Context) *Findings {
					asked.Add(1)
					<-time.After(time.Second)
					return known()
				})
				assert.NotNil(t, f.Who.Viewer)
			})
		}
		all.Wait()
		assert.EqualValues(t, 1, asked.Load())
		assert.Empty(t, s.targets, "nothing is kept after the last request")
	})
}

// A request that was in flight while another was diagnosed uses its findings.
// One that started later asks again.
func TestSharing_RequestStartedLater_AsksAgain(t *testing.T) {
	t.Parallel()
	var s sharing
	asked := 0
	ask := func(context.Context) *Findings { asked++; return known() }
	first, slow := s.enter(here), s.enter(here)
	first.find(t.Context(), forbidden, ask)
	slow.find(t.Context(), forbidden, ask)
	assert.Equal(t, 1, asked)

	later := s.enter(here)
	later.find(t.Context(), forbidden, ask)
	assert.Equal(t, 2, asked, "rights may have changed before this one started")

	first.leave()
	slow.leave()
	later.leave()
	again := s.enter(here)
	defer again.leave()
	again.find(t.Context(), forbidden, ask)
	assert.Equal(t, 3, asked)
}

func TestSharing_OtherTargetClassOrMessage_AsksAgain(t *testing.T) {
	t.Parallel()
	var s sharing
	asked := 0
	ask := func(context.Context) *Findings { asked++; return known() }
	a, b := s.enter(here), s.enter(target{entity: "acme", project: "other"})
	defer a.leave()
	defer b.leave()
	a.find(t.Context(), forbidden, ask)
	b.find(t.Context(), forbidden, ask)
	a.find(t.Context(), &Failure{Class: Unauthorized, Message: "permission denied"}, ask)
	a.find(t.Context(), &Failure{Class: Forbidden, Message: "something else"}, ask)
	assert.Equal(t, 4, asked, "place, class and message all matter")
}

// One request that gives up does not stop the diagnosis of the others. If all
// give up, it is cancelled and waited for.
func TestSharing_LastWaiterGivesUp_CancelsAndWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s sharing
		ended := false
		ask := func(ctx context.Context) *Findings {
			<-ctx.Done()
			<-time.After(time.Second)
			ended = true
			return &Findings{}
		}
		one, two := s.enter(here), s.enter(here)
		ctx1, cancel1 := context.WithCancel(t.Context())
		ctx2, cancel2 := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			defer one.leave()
			f := one.find(ctx1, forbidden, ask)
			assert.Empty(t, f.Who.Outcome)
			assert.False(t, ended, "the other still waits")
		})
		all.Go(func() {
			defer two.leave()
			two.find(ctx2, forbidden, ask)
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

func TestSharing_CancelledDiagnosis_IsNotJoined(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s sharing
		gaveUp, stays := s.enter(here), s.enter(here)
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			defer gaveUp.leave()
			gaveUp.find(ctx, forbidden, func(ctx context.Context) *Findings {
				<-ctx.Done()
				<-time.After(time.Second) // winding up
				return &Findings{}
			})
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		f := stays.find(t.Context(), forbidden, func(context.Context) *Findings { return known() })
		stays.leave()
		all.Wait()
		require.Equal(t, errors.Answered, f.Who.Outcome)
		assert.Empty(t, s.targets)
	})
}

// For the race detector: requests start, give up and finish in every order, and
// each one with enough time gets findings.
func TestSharing_ManyRequests_AllWithTimeGetFindings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s sharing
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				<-time.After(time.Duration(i%17) * time.Millisecond)
				request := s.enter(here)
				defer request.leave()
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+i%5)*time.Millisecond)
				defer cancel()
				f := request.find(ctx, forbidden, func(ctx context.Context) *Findings {
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
		assert.Empty(t, s.targets)
	})
}
