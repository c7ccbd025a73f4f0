package diagnose

import (
	"context"
	"maps"
	"sync"
	"time"
)

// findingsLast is how long findings are used for further refusals of running runs. It
// covers two heartbeats, so that an account that loses a right is refused everything else
// within it; a later refusal may have another cause.
const findingsLast = time.Minute

// sharing lets requests that call for the same questions share one diagnosis, so that 64
// ranks of a job, or the rows, settings and files of a run, ask once. The zero value is
// ready to use; it is safe for concurrent use.
type sharing struct {
	mu        sync.Mutex
	diagnoses map[sharedKey]*diagnosis
}

// sharedKey is what requests that share a diagnosis have in common.
type sharedKey struct {
	entity, project string
	runID           string // "" for runs that are being created
	questions       Class  // see [Class.questions]
}

// diagnosis is a series of questions that several requests wait for.
type diagnosis struct {
	done     chan struct{}
	cancel   context.CancelCauseFunc
	waiters  int
	findings *Findings // nil until it is finished
	finished time.Time
}

// find returns the findings of ask, which runs once for all requests that wait for it. Its
// findings are used again if they are not from before since. ask runs until no request
// waits for it. If ctx ends first, find returns findings without an answer; the last request to give up
// waits for ask to return.
func (s *sharing) find(ctx context.Context, key sharedKey, since time.Time, ask func(context.Context) *Findings) *Findings {
	s.mu.Lock()
	d := s.diagnoses[key]
	if d == nil || d.findings != nil && d.finished.Before(since) {
		d = s.start(ctx, key, ask)
	}
	d.waiters++
	s.mu.Unlock()

	select {
	case <-d.done:
	case <-ctx.Done():
	}

	s.mu.Lock()
	d.waiters--
	last := d.waiters == 0
	if last && d.findings == nil && s.diagnoses[key] == d {
		// It is about to be cancelled: later requests must start another.
		delete(s.diagnoses, key)
	}
	s.mu.Unlock()
	if last {
		d.cancel(context.Cause(ctx)) // so that the questions know whether time was up
		<-d.done
	}
	select {
	case <-d.done:
		return d.findings
	default:
		return &Findings{cut: true}
	}
}

// start begins a diagnosis and forgets old ones; s.mu is held. Its context has the values of
// the first request's context but not its deadline, because others may wait longer.
func (s *sharing) start(ctx context.Context, key sharedKey, ask func(context.Context) *Findings) *diagnosis {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	d := &diagnosis{done: make(chan struct{}), cancel: cancel}
	maps.DeleteFunc(s.diagnoses, func(_ sharedKey, old *diagnosis) bool {
		return old.findings != nil && time.Since(old.finished) > findingsLast
	})
	if s.diagnoses == nil {
		s.diagnoses = make(map[sharedKey]*diagnosis)
	}
	s.diagnoses[key] = d
	go func() {
		defer close(d.done)
		findings := ask(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		d.findings, d.finished = findings, time.Now()
		if findings.cut && s.diagnoses[key] == d {
			delete(s.diagnoses, key) // later requests may get more answers
		}
	}()
	return d
}
