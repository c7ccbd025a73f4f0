package wandbtest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Fault is something that goes wrong with matching requests. The zero Fault
// matches everything and does nothing but count.
type Fault struct {
	// Operation limits the fault to one kind of request: the name of a GraphQL
	// operation ("UpsertBucket"), "graphql" for all of them, "file_stream",
	// "PUT" and "GET" for files, "token" for the exchange of identity tokens; "" for
	// any request.
	Operation string
	// Match further limits the fault, if not nil. body is the request's body,
	// decompressed; it must not be changed.
	Match func(r *http.Request, body []byte) bool
	// After lets the first n matching requests through.
	After int
	// Count is how many requests are hit before the fault removes itself; 0 for
	// no end.
	Count int

	// Delay holds the request for this long before anything else happens.
	Delay time.Duration
	// Hang never answers: it holds the request until the client gives up or the
	// server closes.
	Hang bool
	// Cut breaks the connection.
	Cut Cut
	// Status, Header and Body replace the answer; Status 0 with a Body means
	// 200. The request is not processed, unless Process is set. Header alone is
	// added to the normal answer.
	Status int
	Header http.Header
	Body   string
	// Garbage replaces the answer's body by bytes that are no JSON.
	Garbage bool
	// Process lets the server do what was asked before the answer is replaced:
	// the client sees a failure of something that has happened.
	Process bool
	// RefuseField makes the resolver of one GraphQL field fail with a permission
	// error: "Entity.members". The rest is answered, with nulls spreading as
	// GraphQL says. Status, if set, becomes the status of that answer. Only
	// requests that ask for the field match.
	RefuseField string
}

// Cut says where a connection breaks.
type Cut int

// The places where a connection can break.
const (
	// CutNone leaves the connection alone.
	CutNone Cut = iota
	// CutBefore closes it without processing the request.
	CutBefore
	// CutAfter processes the request and closes it: the reply is lost.
	CutAfter
	// CutMidBody processes the request and closes it in the middle of the
	// answer's body.
	CutMidBody
)

// Handle observes and removes a fault.
type Handle struct {
	fault Fault
	set   *faults

	// Guarded by set.mu.
	seen, hits int
	removed    bool
	changed    signal
}

// faults are the faults of a server.
type faults struct {
	mu     sync.Mutex
	active []*Handle
}

// Inject adds a fault. When several match a request, the one injected first is
// used.
func (s *Server) Inject(f Fault) *Handle {
	h := &Handle{fault: f, set: &s.faults}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.active = append(s.faults.active, h)
	return h
}

// pick returns the fault that hits a request, or nil, and whether the request may
// have been shown to a function of the test.
func (fs *faults) pick(s *Server, in incoming) (hit *Fault, shown bool) {
	fs.mu.Lock()
	candidates := slices.Clone(fs.active)
	fs.mu.Unlock()
	for _, h := range candidates {
		// Match is the user's code, so it runs without the lock.
		if h.fault.matches(s, in) && h.take() {
			return &h.fault, true
		}
	}
	return nil, len(candidates) > 0
}

func (f *Fault) matches(s *Server, in incoming) bool {
	switch f.Operation {
	case "", in.operation:
	case "graphql":
		if in.URL.Path != graphqlPath {
			return false
		}
	default:
		return false
	}
	if f.RefuseField != "" && !s.asks(in.graphql, f.RefuseField) {
		return false
	}
	return f.Match == nil || f.Match(in.Request, in.body)
}

// take counts a matching request and reports whether the fault hits it.
func (h *Handle) take() bool {
	h.set.mu.Lock()
	defer h.set.mu.Unlock()
	if h.removed {
		return false
	}
	if h.seen++; h.seen <= h.fault.After {
		return false
	}
	h.hits++
	if h.fault.Count > 0 && h.hits >= h.fault.Count {
		h.remove()
	}
	h.changed.broadcast()
	return true
}

// Hits returns how many requests the fault has hit.
func (h *Handle) Hits() int {
	h.set.mu.Lock()
	defer h.set.mu.Unlock()
	return h.hits
}

// Wait blocks until the fault has hit n requests. A hit counts when the request
// has arrived, before any delay. If ctx ends first, Wait returns an error that
// wraps ctx's.
func (h *Handle) Wait(ctx context.Context, n int) error {
	for {
		changed := h.changed.next()
		hits := h.Hits()
		if hits >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for fault: %d of %d hits: %w", hits, n, context.Cause(ctx))
		}
	}
}

// Remove ends the fault. Requests it holds are not released.
func (h *Handle) Remove() {
	h.set.mu.Lock()
	defer h.set.mu.Unlock()
	h.remove()
}

func (h *Handle) remove() {
	h.removed = true
	h.set.active = slices.DeleteFunc(h.set.active, func(other *Handle) bool { return other == h })
}

// replaces says whether the fault takes the place of the server's answer.
func (f *Fault) replaces() bool { return f.Status != 0 && f.RefuseField == "" || f.Body != "" }

// lets says whether the request is processed.
func (f *Fault) lets() bool {
	switch f.Cut {
	case CutBefore:
		return false
	case CutAfter, CutMidBody:
		return true
	}
	return f.Process || !f.replaces()
}

// alter makes the fault's answer out of the server's, which is the zero reply
// if the request was not processed.
func (f *Fault) alter(rep reply) reply {
	if f.replaces() {
		rep = reply{status: cmp.Or(f.Status, http.StatusOK), header: http.Header{}, body: []byte(f.Body)}
		rep.header.Set("Content-Type", "application/json")
	} else if f.Status != 0 {
		rep.status = f.Status // of an answer with a refused field
	}
	if f.Garbage {
		rep.status = cmp.Or(rep.status, http.StatusOK)
		rep.body = []byte("\x00\x1f\xff{{ not json")
	}
	if rep.header == nil {
		rep.header = http.Header{}
	}
	maps.Copy(rep.header, f.Header)
	return rep
}
