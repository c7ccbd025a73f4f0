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

var here = sharedKey{entity: "acme", project: "vision", questions: Forbidden}

// known are the findings of a complete diagnosis.
func known() *Findings { return findings(viewer("a")) }

func TestSharing_SameQuestions_AsksOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s sharing
		var asked atomic.Int32
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				f := s.find(t.Context(), here, time.Now(), func(context.Context) *Findings {
					asked.Add(1)
					<-time.After(time.Second)
					return known()
				})
				assert.NotNil(t, f.Who.Viewer)
			})
		}
		all.Wait()
		assert.EqualValues(t, 1, asked.Load())
	})
}

// A request that was in flight while another was diagnosed uses its findings.
// One that started later asks again.
func TestSharing_RequestStartedLater_AsksAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s sharing
		asked := 0
		ask := func(context.Context) *Findings { asked++; return known() }
		started := time.Now()
		<-time.After(time.Second)
		s.find(t.Context(), here, started, ask)
		<-time.After(time.Hour)
		s.find(t.Context(), here, started, ask)
		assert.Equal(t, 1, asked)
		s.find(t.Context(), here, time.Now(), ask)
		assert.Equal(t, 2, asked, "rights may have changed before this one started")
	})
}

func TestSharing_OtherKey_AsksAgain(t *testing.T) {
	t.Parallel()
	var s sharing
	asked := 0
	ask := func(context.Context) *Findings { asked++; return known() }
	started := time.Now()
	for _, key := range []sharedKey{
		here,
		{entity: "other", project: "vision", questions: Forbidden},
		{entity: "acme", project: "other", questions: Forbidden},
		{entity: "acme", project: "vision", runID: "r1", questions: Forbidden},
		{entity: "acme", project: "vision", questions: Unauthorized},
	} {
		s.find(t.Context(), key, started, ask)
	}
	assert.Equal(t, 5, asked)
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
		ctx1, cancel1 := context.WithCancel(t.Context())
		ctx2, cancel2 := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			f := s.find(ctx1, here, time.Now(), ask)
			assert.Empty(t, f.Who.Outcome)
			assert.False(t, ended, "the other still waits")
		})
		all.Go(func() {
			s.find(ctx2, here, time.Now(), ask)
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
		started := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			s.find(ctx, here, started, func(ctx context.Context) *Findings {
				<-ctx.Done()
				<-time.After(time.Second) // winding up
				return &Findings{}
			})
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		f := s.find(t.Context(), here, started, func(context.Context) *Findings { return known() })
		require.Equal(t, errors.Answered, f.Who.Outcome)
		all.Wait()
		f = s.find(t.Context(), here, started, nil)
		assert.Equal(t, errors.Answered, f.Who.Outcome, "the cancelled one changes nothing when it ends")
	})
}

func TestSharing_TimeIsUpForTheQuestions_AsksAgain(t *testing.T) {
	t.Parallel()
	var s sharing
	started := time.Now()
	f := s.find(t.Context(), here, started, func(context.Context) *Findings { return &Findings{cut: true} })
	assert.True(t, f.cut)
	f = s.find(t.Context(), here, started, func(context.Context) *Findings { return known() })
	assert.NotNil(t, f.Who.Viewer)
}

func TestSharing_RunningRun_AsksOnceAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s sharing
		var asked []string
		find := func(ctx context.Context, questions Class, name string) string {
			key := sharedKey{"acme", "vision", "run1", questions}
			return s.find(ctx, key, time.Now().Add(-findingsLast), func(context.Context) *Findings {
				asked = append(asked, name)
				<-time.After(time.Second)
				return &Findings{Entity: name}
			}).Entity
		}
		go find(t.Context(), Forbidden, "first")
		synctest.Wait()
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		assert.Empty(t, find(ended, Forbidden, "impatient"), "a caller waits no longer than its context")
		assert.Equal(t, "first", find(t.Context(), Forbidden, "patient"))
		assert.Equal(t, "key", find(t.Context(), Unauthorized, "key"), "other questions")
		<-time.After(findingsLast - time.Second)
		assert.Equal(t, "first", find(t.Context(), Forbidden, "in time"))
		<-time.After(time.Second)
		assert.Equal(t, "late", find(t.Context(), Forbidden, "late"), "rights may have changed")
		assert.Equal(t, []string{"first", "key", "late"}, asked)
		<-time.After(2 * findingsLast)
		find(t.Context(), Forbidden, "much later")
		assert.Len(t, s.diagnoses, 1, "old findings are dropped")
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
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+i%5)*time.Millisecond)
				defer cancel()
				f := s.find(ctx, here, time.Now(), func(ctx context.Context) *Findings {
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
		for key, d := range s.diagnoses {
			assert.Zero(t, d.waiters, key)
		}
	})
}
