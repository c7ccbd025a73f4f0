package errors

import "context"

// IsRetryable reports whether the same call, unchanged, may succeed later:
// whether err is [ErrRateLimited] or [ErrServerUnavailable]. The client has
// then already retried for as long as it was allowed to, so wait for minutes
// rather than seconds. A refusal is not retryable, for it stands until somebody
// changes a role, a name or a key, and neither is a call its caller cancelled.
func IsRetryable(err error) bool {
	if Is(err, ErrPermissionDenied) || Is(err, context.Canceled) {
		return false
	}
	return Is(err, ErrRateLimited) || Is(err, ErrServerUnavailable)
}
