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

// Fault is a failure of matching requests. The zero Fault matches every request and only counts.
type Fault struct {
	// Operation limits the fault to one kind of request: the name of a GraphQL
	// operation ("UpsertBucket"), "graphql" for all of them, "file_stream",
	// "PUT" and "GET" for files, "token" for the exchange of identity tokens; "" for
	// any request.
	Operation string
	// Match, if not nil, limits the fault to requests for which it returns true. body is
	// the decompressed body; it must not be changed.
	Match func(r *http.Request, body []byte) bool
	// After is how many matching requests are not hit before the first that is.
	After int
	// Count is how many requests are hit before the fault removes itself; 0 for no
	// limit.
	Count int

	// Delay is how long the request is held before anything else happens.
	Delay time.Duration
	// Hang holds the request until the client gives up or the server closes.
	Hang bool
	// Cut breaks the connection.
	Cut Cut
	// Status, Header and Body replace the response; Status 0 with a Body means 200. The
	// request is not processed, unless Process is set. Header alone is added to the
	// server's response.
	Status int
	Header http.Header
	Body   string
	// Garbage replaces the body of the response by bytes that are not JSON.
	Garbage bool
	// Alter returns the body to send instead of the server's, which it must not change. It is
	// for data that arrives damaged: the response's length is that of the new body.
	Alter func(body []byte) []byte
	// Process makes the server process the request before the response is replaced. The
	// client then sees a failure of something that succeeded.
	Process bool
	// RefuseField is a GraphQL field, such as "Entity.members", whose resolver fails with a
	// permission error. The other fields are resolved; nulls propagate according to the GraphQL
	// specification. Status, if set, is the status of that response. Only requests for the field
	// match.
	RefuseField string
}

// Cut says where a connection breaks.
type Cut int

// When a connection can break.
const (
	// CutNone does not break the connection.
	CutNone Cut = iota
	// CutBefore closes it without processing the request.
	CutBefore
	// CutAfter closes it after the request was processed: the response is lost.
	CutAfter
	// CutMidBody processes the request and closes the connection in the middle of the
	// response's body.
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

// Inject adds a fault. If several faults match a request, the one that was injected first
// is used.
func (s *Server) Inject(f Fault) *Handle {
	h := &Handle{fault: f, set: &s.faults}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.active = append(s.faults.active, h)
	return h
}

// pick returns the fault that hits a request, the zero Fault if none does.
func (fs *faults) pick(s *Server, in incoming) Fault {
	fs.mu.Lock()
	candidates := slices.Clone(fs.active)
	fs.mu.Unlock()
	for _, h := range candidates {
		// Match is the user's code, so it runs without the lock.
		if h.fault.matches(s, in) && h.take() {
			return h.fault
		}
	}
	return Fault{}
}

func (f *Fault) matches(s *Server, in incoming) bool {
	switch f.Operation {
	case "", in.operation:
	case "graphql":
		if in.endpoint != graphqlPath {
			return false
		}
	default:
		return false
	}
	if f.RefuseField != "" && !s.dialect.load(in.graphql.Query).selects[f.RefuseField] {
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
	if err := h.changed.wait(ctx, func() bool { return h.Hits() >= n }); err != nil {
		return fmt.Errorf("wait for fault: %d of %d hits: %w", h.Hits(), n, err)
	}
	return nil
}

// Remove ends the fault. Requests that it holds are not released.
func (h *Handle) Remove() {
	h.set.mu.Lock()
	defer h.set.mu.Unlock()
	h.remove()
}

func (h *Handle) remove() {
	h.removed = true
	h.set.active = slices.DeleteFunc(h.set.active, func(other *Handle) bool { return other == h })
}

// replaces reports whether the fault replaces the server's response.
func (f *Fault) replaces() bool { return f.Status != 0 && f.RefuseField == "" || f.Body != "" }

// lets reports whether the request is processed.
func (f *Fault) lets() bool {
	switch f.Cut {
	case CutBefore:
		return false
	case CutAfter, CutMidBody:
		return true
	}
	return f.Process || !f.replaces()
}

// alter returns the response with the fault. rep is the server's response, the zero reply
// if the request was not processed.
func (f *Fault) alter(rep reply) reply {
	if f.replaces() {
		rep = jsonReply(cmp.Or(f.Status, http.StatusOK), []byte(f.Body))
	} else if f.Status != 0 {
		rep.status = f.Status // of an answer with a refused field
	}
	if f.Alter != nil {
		rep = rep.altered(f.Alter)
	}
	if f.Garbage {
		rep.status = cmp.Or(rep.status, http.StatusOK)
		rep = rep.altered(func([]byte) []byte { return []byte("\x00\x1f\xff{{ not json") })
	}
	if rep.header == nil {
		rep.header = http.Header{}
	}
	maps.Copy(rep.header, f.Header)
	return rep
}
