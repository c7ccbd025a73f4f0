package client

import (
	"context"
	"time"

	"github.com/wandgo/wandgo/internal/transport"
)

// RequestTracer observes the HTTP requests of a [Client]: GraphQL operations, the
// file stream, and file uploads. Each attempt of a request is reported on its
// own, retries included. An adapter for OpenTelemetry starts a span in
// RequestStart and ends it in RequestEnd; one for Prometheus needs RequestEnd
// only. See [Options].Tracer.
//
// Both methods are called from several goroutines at the same time. The request
// waits for them, so they must not block.
type RequestTracer interface {
	// RequestStart is called before an attempt is sent. It returns ctx or a
	// context derived from it, for example one that holds a span. The attempt is
	// sent with the returned context.
	RequestStart(ctx context.Context, r RequestStart) context.Context
	// RequestEnd is called once for each RequestStart, with the context that
	// RequestStart returned, and before the next attempt of the request starts.
	RequestEnd(ctx context.Context, r RequestEnd)
}

// RequestStart describes an attempt that is about to be sent.
type RequestStart struct {
	// Method is the HTTP method.
	Method string
	// Operation is the name of the request: that of the GraphQL operation, such as
	// "UpsertBucket", or "file_stream" for rows, or "upload" for a file.
	Operation string
	// Host is the server's host name, with its port if the address has one.
	Host string
	// Attempt counts from 1.
	Attempt int
}

// RequestEnd describes the outcome of an attempt. It holds no credentials.
type RequestEnd struct {
	// Method, Operation, Host and Attempt are those of [RequestStart].
	Method, Operation, Host string
	Attempt                 int
	// StatusCode is the HTTP status. It is 0 if there was no response; Err then
	// says why.
	StatusCode int
	// Duration includes reading the response's body.
	Duration time.Duration
	// Err is why there was no response. It is nil if there was one, whatever its
	// status.
	Err error
}

// traced is a RequestTracer as the transport calls it.
type traced struct{ tracer RequestTracer }

func (t traced) AttemptStart(ctx context.Context, a transport.AttemptStart) context.Context {
	return t.tracer.RequestStart(ctx, RequestStart(a))
}

func (t traced) AttemptEnd(ctx context.Context, a transport.AttemptEnd) {
	t.tracer.RequestEnd(ctx, RequestEnd(a))
}

func tracerOf(o Options) transport.Tracer {
	if o.Tracer == nil {
		return nil
	}
	return traced{o.Tracer}
}
