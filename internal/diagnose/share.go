package diagnose

import (
	"context"
	"sync"
)

// Place is where a request goes; requests to one place may share a diagnosis.
type Place struct{ Entity, Project string }

// Shared lets requests that run at the same time and are refused for the same
// reason share one diagnosis, so that 64 ranks of a job ask once. Nothing is
// kept once the last of them has left: a refusal must not outlive its cause.
// The zero Shared is ready; it is safe for concurrent use.
type Shared struct {
	mu     sync.Mutex
	places map[Place]*crowd
}

// crowd is everybody who has a request under way to one place.
type crowd struct {
	tickets int
	clock   int // counts arrivals and finished flights, to tell before from after
	flights map[flightKey]*flight
}

// flightKey keeps apart what calls for different questions.
type flightKey struct {
	class   Class
	message string
}

type flight struct {
	done     chan struct{}
	cancel   context.CancelCauseFunc
	waiters  int
	finished int // the crowd's clock when done; 0 while under way
	findings *Findings
}

// Ticket is one request's place in the crowd, from before the request is sent
// until its outcome is known.
type Ticket struct {
	shared  *Shared
	place   Place
	arrived int
}

// Enter announces a request. Call Leave when it is over.
func (s *Shared) Enter(p Place) *Ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.places == nil {
		s.places = make(map[Place]*crowd)
	}
	c := s.places[p]
	if c == nil {
		c = &crowd{flights: make(map[flightKey]*flight)}
		s.places[p] = c
	}
	c.tickets++
	c.clock++
	return &Ticket{shared: s, place: p, arrived: c.clock}
}

// Leave gives the ticket back.
func (t *Ticket) Leave() {
	t.shared.mu.Lock()
	defer t.shared.mu.Unlock()
	c := t.shared.places[t.place]
	if c.tickets--; c.tickets == 0 {
		delete(t.shared.places, t.place)
	}
}

// Diagnose returns the findings of ask, run once for everybody who needs the
// same answer: those who wait now, and those whose own request was already
// under way when it finished. ask runs until nobody waits any more; when ctx
// ends first, Diagnose returns empty findings, and if it was the last to wait,
// only once ask has returned.
func (t *Ticket) Diagnose(ctx context.Context, r *Refusal, ask func(context.Context) *Findings) *Findings {
	s := t.shared
	key := flightKey{r.Class, r.Message}
	s.mu.Lock()
	c := s.places[t.place]
	fl := c.flights[key]
	if fl == nil || (fl.finished != 0 && fl.finished < t.arrived) {
		fl = s.start(ctx, c, key, ask)
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
	if last && fl.finished == 0 && c.flights[key] == fl {
		// About to be cut short: whoever comes from now on starts another.
		delete(c.flights, key)
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

// start launches a flight; s.mu is held. Its context keeps the values of the
// first who asked and not its end, as others may wait longer.
func (s *Shared) start(ctx context.Context, c *crowd, key flightKey, ask func(context.Context) *Findings) *flight {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	fl := &flight{done: make(chan struct{}), cancel: cancel}
	c.flights[key] = fl
	go func() {
		defer close(fl.done)
		findings := ask(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		c.clock++
		fl.finished, fl.findings = c.clock, findings
	}()
	return fl
}
