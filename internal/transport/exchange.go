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

// Exchange describes one HTTP attempt for a bug report. It holds no credentials. The fields
// are documented in graphql.Exchange.
type Exchange struct {
	Start                                 time.Time
	Duration                              time.Duration
	Operation, Method, Path               string
	Attempt, StatusCode                   int
	RequestID, ContentType, BodyHead, Err string
}
