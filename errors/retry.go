package errors

import "context"

// IsRetryable reports whether the same call, unchanged, may succeed later:
// whether err is [ErrRateLimited] or [ErrServerUnavailable]. The client has
// then already retried for as long as it was allowed to, so wait for minutes
// rather than seconds. A refusal is not retryable, for it stands until somebody
// changes a role, a name or a key. Neither is a call its caller cancelled, nor
// one to a server whose certificate is not trusted ([RequestError].Untrusted).
func IsRetryable(err error) bool {
	if Is(err, ErrPermissionDenied) || Is(err, context.Canceled) {
		return false
	}
	if e, ok := AsType[*RequestError](err); ok && e != nil && e.Untrusted {
		return false
	}
	return Is(err, ErrRateLimited) || Is(err, ErrServerUnavailable)
}
