package wandbtest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/secret"
)

// Request is one request that the server received.
type Request struct {
	// Seq counts from 1 in the order of arrival.
	Seq int
	// Time is when it arrived, by the server's clock.
	Time time.Time
	// Method and Path are as sent; Path has its query.
	Method, Path string
	// Operation is the GraphQL operation's name, "file_stream", "PUT" or "GET"
	// for files, "token" for the exchange of an identity token, "otel" for
	// telemetry, or "".
	Operation string
	// Status is the HTTP status of the response; 0 if the connection was broken or the
	// request is still held.
	Status int
	// User is the account of the key; "" if the key is missing or unknown.
	User string
	// Header is the request's header; keys and tokens are redacted.
	Header http.Header
	// Body is the first 64 KiB of the decompressed body; keys are redacted. The bodies of
	// the oldest requests are dropped if all together exceed 64 MiB.
	Body []byte
	// BodySize is the full size of the body in bytes, decompressed.
	BodySize int

	answered bool
}

// The bounds of the request log.
const (
	maxRequests    = 100_000
	maxRequestBody = 64 << 10
	maxBodies      = 64 << 20
)

// requestLog records requests.
type requestLog struct {
	mu      sync.Mutex
	entries []*Request
	// first is the Seq of entries[0]; earlier ones were dropped.
	first int
	// bodies is the size of all kept bodies; those before bodyless are gone.
	bodies, bodyless int
	keys             []string
	unknown          []string
	changed          signal
}

// begin records an arriving request.
func (l *requestLog) begin(r Request, body []byte) *Request {
	r.BodySize = len(body)
	// A copy, because the rest may be large.
	body = slices.Clone(body[:min(len(body), maxRequestBody)])
	r.Body = body
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Seq = l.first + len(l.entries) + 1
	entry := &r
	l.entries = append(l.entries, entry)
	l.bodies += len(body)
	for l.bodies > maxBodies && l.bodyless < len(l.entries) {
		l.bodies -= len(l.entries[l.bodyless].Body)
		l.entries[l.bodyless].Body = nil
		l.bodyless++
	}
	// Dropping a tenth at a time keeps the cost per request constant.
	if len(l.entries) > maxRequests+maxRequests/10 {
		drop := len(l.entries) - maxRequests
		for _, old := range l.entries[:drop] {
			l.bodies -= len(old.Body)
		}
		l.entries = slices.Clone(l.entries[drop:])
		l.first += drop
		l.bodyless = max(0, l.bodyless-drop)
	}
	return entry
}

// finish records the status of the response, 0 if there was none.
func (l *requestLog) finish(entry *Request, status int) {
	l.mu.Lock()
	entry.Status, entry.answered = status, true
	l.mu.Unlock()
	l.changed.broadcast()
}

// hide redacts a key from now on.
func (l *requestLog) hide(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if key != "" && !slices.Contains(l.keys, key) {
		l.keys = append(l.keys, key)
	}
}

// hideAssertion redacts the identity token in the body of an exchange from now on.
func (l *requestLog) hideAssertion(body []byte) {
	if form, err := url.ParseQuery(string(body)); err == nil {
		l.hide(form.Get("assertion"))
	}
}

func (l *requestLog) addUnknown(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.unknown, name) && len(l.unknown) < maxRequests {
		l.unknown = append(l.unknown, name)
	}
}

// copies returns the requests that satisfy match, redacted.
func (l *requestLog) copies(match func(Request) bool, onlyAnswered bool) []Request {
	l.mu.Lock()
	keys := slices.Clone(l.keys)
	list := make([]Request, 0, len(l.entries))
	for _, e := range l.entries {
		if e.answered || !onlyAnswered {
			list = append(list, *e)
		}
	}
	l.mu.Unlock()
	out := list[:0]
	for _, r := range list {
		r.redact(keys)
		if match == nil || match(r) {
			out = append(out, r)
		}
	}
	return out
}

// redact removes the keys from everything that a test might print.
func (r *Request) redact(keys []string) {
	r.Header = r.Header.Clone()
	if scheme, _, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
		r.Header.Set("Authorization", scheme+" "+secret.Redacted)
	} else if r.Header.Get("Authorization") != "" {
		r.Header.Set("Authorization", secret.Redacted)
	}
	r.Body = slices.Clone(r.Body)
	for _, k := range keys {
		r.Path = strings.ReplaceAll(r.Path, k, secret.Redacted)
		if bytes.Contains(r.Body, []byte(k)) {
			r.Body = bytes.ReplaceAll(r.Body, []byte(k), []byte(secret.Redacted))
		}
		for name, values := range r.Header {
			for i := range values {
				r.Header[name][i] = strings.ReplaceAll(values[i], k, secret.Redacted)
			}
		}
	}
}

// Requests returns the requests so far, in the order of arrival, including those that are
// still held. At least the last 100,000 are kept.
func (s *Server) Requests() []Request { return s.log.copies(nil, false) }

// WaitRequests blocks until n requests with a response satisfy match, and returns them. A
// nil match is satisfied by every request. If ctx ends first, WaitRequests returns the
// requests so far and an error that wraps ctx's.
func (s *Server) WaitRequests(ctx context.Context, n int, match func(Request) bool) ([]Request, error) {
	var found []Request
	err := s.log.changed.wait(ctx, func() bool {
		found = s.log.copies(match, true)
		return len(found) >= n
	})
	if err != nil {
		return found, fmt.Errorf("wait for requests: %d of %d: %w", len(found), n, err)
	}
	return found, nil
}

// Unknown returns the names of the GraphQL operations that do not fit the server's schema,
// each once, in the order of arrival.
func (s *Server) Unknown() []string {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return slices.Clone(s.log.unknown)
}
