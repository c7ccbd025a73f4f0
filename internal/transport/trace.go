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

// AttemptStart describes an attempt that is about to be sent.
type AttemptStart struct {
	// Method is the HTTP method.
	Method string
	// Operation is the name of the request, such as "UpsertBucket".
	Operation string
	// Host is the server's host name, with its port if the address has one.
	Host string
	// Attempt counts from 1.
	Attempt int
}

// AttemptEnd describes the outcome of an attempt.
type AttemptEnd struct {
	// Method, Operation, Host and Attempt are those of [AttemptStart].
	Method, Operation, Host string
	Attempt                 int
	// StatusCode is 0 if there was no response; Err then says why.
	StatusCode int
	// Duration includes reading the response's body.
	Duration time.Duration
	// Err holds no credentials; nil if there was a response.
	Err error
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
