package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// retries is a client.RequestTracer that reports why an attempt failed, so that the
// request is retried.
type retries struct{ report func(reason string) }

// RequestStart implements client.RequestTracer.
func (retries) RequestStart(ctx context.Context, _ client.RequestStart) context.Context { return ctx }

// RequestEnd implements client.RequestTracer.
func (r retries) RequestEnd(_ context.Context, e client.RequestEnd) {
	switch {
	case errors.Is(e.Err, context.Canceled):
	case e.Err != nil:
		reason := e.Err
		if u, ok := errors.AsType[*url.Error](reason); ok {
			reason = u.Err
		}
		if o, ok := errors.AsType[*net.OpError](reason); ok && o.Err != nil {
			reason = o.Err
		}
		r.report(reason.Error())
	case e.StatusCode == http.StatusTooManyRequests || e.StatusCode >= http.StatusInternalServerError:
		r.report(fmt.Sprintf("HTTP %d", e.StatusCode))
	}
}
