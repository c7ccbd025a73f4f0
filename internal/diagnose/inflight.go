package diagnose

import (
	"context"
	"sync"
)

// target is what a request names. Requests for one target may share a diagnosis.
type target struct{ entity, project string }

// sharing lets requests that run at the same time and are refused for the same
// reason share one diagnosis, so that 64 ranks of a job ask once. Findings are
// dropped with the last of these requests, because a refusal must not outlive its
// cause. The zero value is ready to use; it is safe for concurrent use.
type sharing struct {
	mu      sync.Mutex
	targets map[target]*inflight
}

// inflight holds the requests in flight for one target and their diagnoses.
type inflight struct {
	requests int
	clock    int // counts arrivals and finished flights, to order them
	flights  map[flightKey]*flight
}

// flightKey separates refusals that call for different questions.
type flightKey struct {
	class   Class
	message string
}

// flight is one diagnosis that several requests wait for.
type flight struct {
	done     chan struct{}
	cancel   context.CancelCauseFunc
	waiters  int
	finished int // inflight.clock when it finished; 0 before
	findings *Findings
}

// handle is one request in flight, from before it is sent until its outcome is
// known.
type handle struct {
	sharing *sharing
	target  target
	arrived int
}

// enter registers a request. Call leave when it is over.
func (s *sharing) enter(t target) *handle {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.targets == nil {
		s.targets = make(map[target]*inflight)
	}
	in := s.targets[t]
	if in == nil {
		in = &inflight{flights: make(map[flightKey]*flight)}
		s.targets[t] = in
	}
	in.requests++
	in.clock++
	return &handle{sharing: s, target: t, arrived: in.clock}
}

func (h *handle) leave() {
	h.sharing.mu.Lock()
	defer h.sharing.mu.Unlock()
	in := h.sharing.targets[h.target]
	if in.requests--; in.requests == 0 {
		delete(h.sharing.targets, h.target)
	}
}

// find returns the findings of ask, which runs once for all requests that need
// the same findings: those that wait now, and those that were already in flight
// when it finished. ask runs until no request waits for it. If ctx ends first,
// find returns empty findings; the last request to give up waits for ask to
// return.
func (h *handle) find(ctx context.Context, r *Failure, ask func(context.Context) *Findings) *Findings {
	s := h.sharing
	key := flightKey{r.Class, r.Message}
	s.mu.Lock()
	in := s.targets[h.target]
	fl := in.flights[key]
	if fl == nil || (fl.finished != 0 && fl.finished < h.arrived) {
		fl = s.start(ctx, in, key, ask)
	}
	fl.waiters++
	s.mu.Unlock()

	select {
	case <-fl.done:
	case <-ctx.Done():
	}

	s.mu.Lock()
	fl.waiters--
	last := fl.waiters == 0
	if last && fl.finished == 0 && in.flights[key] == fl {
		// It is about to be cancelled: later requests must start another.
		delete(in.flights, key)
	}
	s.mu.Unlock()
	if last {
		fl.cancel(context.Cause(ctx)) // so that the questions know whether time was up
		<-fl.done
	}
	select {
	case <-fl.done:
		return fl.findings
	default:
		return &Findings{}
	}
}

// start launches a flight; s.mu is held. Its context has the values of the first
// request's context but not its deadline, because others may wait longer.
func (s *sharing) start(ctx context.Context, in *inflight, key flightKey, ask func(context.Context) *Findings) *flight {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	fl := &flight{done: make(chan struct{}), cancel: cancel}
	in.flights[key] = fl
	go func() {
		defer close(fl.done)
		findings := ask(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		in.clock++
		fl.finished, fl.findings = in.clock, findings
	}()
	return fl
}
