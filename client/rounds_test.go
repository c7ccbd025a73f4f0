package client_test

import (
	"context"
	"net/http"
	"sync"
)

// rounds is a transport that measures how many requests had to follow one
// another, without a clock: a request's round is one more than the highest round
// that was over when it began.
type rounds struct {
	next http.RoundTripper

	mu          sync.Mutex
	over, depth int
	requests    int
}

// counted marks what the requests that rounds counts are sent for. The stream of
// a created run begins on its own, with a context of its own, and is not counted.
func counted(ctx context.Context) context.Context {
	return context.WithValue(ctx, countedKey{}, true)
}

type countedKey struct{}

func (r *rounds) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Context().Value(countedKey{}) == nil {
		return r.next.RoundTrip(req)
	}
	r.mu.Lock()
	round := r.over + 1
	r.depth = max(r.depth, round)
	r.requests++
	r.mu.Unlock()
	resp, err := r.next.RoundTrip(req)
	r.mu.Lock()
	r.over = max(r.over, round)
	r.mu.Unlock()
	return resp, err
}

// CloseIdleConnections lets the client close what is below.
func (r *rounds) CloseIdleConnections() {
	if c, ok := r.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func (r *rounds) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.requests
}

// reset begins anew, between two calls.
func (r *rounds) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over, r.depth, r.requests = 0, 0, 0
}
