package errors

import (
	"context"
	"time"
)

// IsRetryable reports whether the same call, unchanged, may succeed later:
// whether err is [ErrRateLimited] or [ErrServerUnavailable].
//
// The client has already retried for as long as it was allowed to, so wait for
// minutes rather than seconds; [RetryAfter] has the server's own suggestion. Not
// retryable are:
//
//   - a refusal, which stands until somebody changes a role, a name or a key
//   - a call that its caller cancelled
//   - a call to a server whose certificate is not trusted ([RequestError].Untrusted)
//   - a call through a proxy that does not speak https and is configured to ([Proxy].Plain)
func IsRetryable(err error) bool {
	if Is(err, ErrPermissionDenied) || Is(err, context.Canceled) {
		return false
	}
	if e, ok := AsType[*RequestError](err); ok && e != nil && (e.Untrusted || e.Proxy != nil && (e.Proxy.Plain || e.Proxy.Invalid)) {
		return false
	}
	return Is(err, ErrRateLimited) || Is(err, ErrServerUnavailable)
}

// RetryAfter returns how long the server asked to wait before the next request,
// counted from its last response. It reports false if the server did not say, or
// if err is not a [RequestError].
func RetryAfter(err error) (time.Duration, bool) {
	e, ok := AsType[*RequestError](err)
	if !ok || e == nil || e.RetryAfter <= 0 {
		return 0, false
	}
	return e.RetryAfter, true
}

// IsTimeout reports whether the call failed because it took too long:
//
//   - a deadline passed, such as that of the caller's context or
//     client.Options.InitTimeout
//   - the network or a single attempt timed out
//   - the server or a proxy answered with HTTP 408 or 504
//
// It is false for a refusal, even if a deadline passed while it was diagnosed.
func IsTimeout(err error) bool {
	if Is(err, ErrPermissionDenied) {
		return false
	}
	if e, ok := AsType[*RequestError](err); ok && e != nil && (e.StatusCode == 408 || e.StatusCode == 504) {
		return true
	}
	if Is(err, context.DeadlineExceeded) {
		return true
	}
	timeout, ok := AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && timeout.Timeout()
}
