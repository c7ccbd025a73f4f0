package client_test

import (
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

func (r *rounds) RoundTrip(req *http.Request) (*http.Response, error) {
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
