package transport

import (
	"context"
	"time"
)

// WithObserver returns a context whose requests call f once per HTTP attempt, from the
// goroutine that made it, before the next attempt starts. f must be safe for concurrent use.
func WithObserver(ctx context.Context, f func(Exchange)) context.Context {
	return context.WithValue(ctx, observer{}, f)
}

// observer is the key of a context for a func(Exchange).
type observer struct{}

// Exchange describes one HTTP attempt for a bug report. It holds no credentials.
type Exchange struct {
	// Start is when the attempt started. Duration includes reading the body.
	Start    time.Time
	Duration time.Duration
	// Operation is the name of the request, such as "UpsertBucket".
	Operation string
	// Method and Path are those of the request; Path has no query.
	Method, Path string
	// Attempt counts from 1.
	Attempt int
	// StatusCode is 0 if there was no response; Err then says why.
	StatusCode int
	// RequestID is the server's id of the response, if it sent one.
	RequestID string
	// ContentType is the response's.
	ContentType string
	// BodyHead is the start of the response body, at most 4 KiB, scrubbed of
	// the API key.
	BodyHead string
	// Err is the text of the failure, scrubbed; "" if there was a response.
	Err string
}
