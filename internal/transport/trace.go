package transport

import (
	"context"
	"net/http"
	"time"
)

// Tracer observes HTTP attempts. It must be safe for concurrent use.
type Tracer interface {
	// AttemptStart is called before an attempt is sent. The attempt uses the
	// context that it returns.
	AttemptStart(ctx context.Context, a AttemptStart) context.Context
	// AttemptEnd is called once for each AttemptStart, with the context that it
	// returned, before the next attempt of the request starts.
	AttemptEnd(ctx context.Context, a AttemptEnd)
}

// AttemptStart describes an attempt that is about to be sent. The fields are documented in
// client.RequestStart.
type AttemptStart struct {
	Method, Operation, Host string
	Attempt                 int
}

// AttemptEnd describes the outcome of an attempt. The fields are documented in
// client.RequestEnd.
type AttemptEnd struct {
	Method, Operation, Host string
	Attempt, StatusCode     int
	Duration                time.Duration
	Err                     error
}

// trace reports one attempt to the tracer. end must be called with its outcome.
func (c *call) trace(req *http.Request) (traced *http.Request, end func(*Response, error)) {
	if c.t.tracer == nil {
		return req, func(*Response, error) {}
	}
	start := AttemptStart{Method: req.Method, Operation: c.req.Operation, Host: req.URL.Host, Attempt: c.attempts}
	ctx := c.t.tracer.AttemptStart(req.Context(), start)
	if ctx == nil {
		ctx = req.Context()
	}
	began := time.Now()
	return req.WithContext(ctx), func(got *Response, err error) {
		e := AttemptEnd{
			Method: start.Method, Operation: start.Operation, Host: start.Host, Attempt: start.Attempt,
			Duration: time.Since(began),
		}
		if got != nil {
			e.StatusCode = got.StatusCode
		}
		if err != nil {
			e.Err = redactError(c.hidden(), withoutQuery(err))
		}
		c.t.tracer.AttemptEnd(ctx, e)
	}
}
