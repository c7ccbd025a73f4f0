package transport

import (
	"bytes"
	"net/http"
	"time"
)

// Policy says which answers are worth another attempt, how many, and how far
// apart. Failures without an answer (connection refused, reset, attempt timed
// out) are always retried, except those that cannot heal: a certificate that
// does not verify, a malformed URL or header. The zero Policy makes one attempt
// without a time limit.
type Policy struct {
	// Retries is how many attempts may follow the first.
	Retries int
	// MinWait is the wait before the first retry. It doubles each time, up to
	// MaxWait, and up to a quarter is added at random. Retry-After goes before.
	MinWait, MaxWait time.Duration
	// AttemptTimeout bounds one attempt, reading the body included; 0 is none.
	AttemptTimeout time.Duration
	// Retryable decides on a response that is not 2xx; body is at most its
	// first 64 KiB. Nil means [RetryMostFailures].
	Retryable func(status int, body []byte) bool
	// ConflictRetries caps how many of the retries a 409 may use up.
	ConflictRetries int
	// UnresolvedRetries caps how many of the retries may go to a host name that
	// does not exist. Most likely it is misspelt, and nobody should wait a
	// quarter of an hour to read that. A name that was found once comes back, so
	// the cap holds only until the transport has had its first answer.
	UnresolvedRetries int
}

// GraphQLPolicy is the official client's: 20 retries, 2 s to 60 s apart, 30 s
// for each attempt. Without a deadline on the context that can take a quarter
// of an hour. A host name that does not exist gets two retries.
func GraphQLPolicy() Policy {
	return Policy{
		Retries:        20,
		MinWait:        2 * time.Second,
		MaxWait:        60 * time.Second,
		AttemptTimeout: 30 * time.Second,
		Retryable:      RetryMostFailures,

		UnresolvedRetries: 2,
	}
}

// UpsertPolicy is [GraphQLPolicy] with its own rule for 409, which on
// upsertBucket means one of two things: the insert of an earlier attempt is
// still under way (heals in seconds), or the run id is burnt (never heals).
func UpsertPolicy() Policy {
	p := GraphQLPolicy()
	p.ConflictRetries = 3
	p.Retryable = func(status int, body []byte) bool {
		if status == http.StatusConflict {
			return conflictHeals(body)
		}
		return RetryMostFailures(status, body)
	}
	return p
}

// FileStreamPolicy keeps trying for about a week, as the official client does:
// a training run must survive a server that is away for days.
func FileStreamPolicy() Policy {
	p := GraphQLPolicy()
	p.Retries = 10085
	p.UnresolvedRetries = p.Retries
	p.AttemptTimeout = 180 * time.Second
	return p
}

// TransferPolicy is for the upload of files to an object store, as the official
// client does it: no limit on an attempt, because a file may take hours, and a
// retry only where the store is at fault or busy.
func TransferPolicy() Policy {
	p := GraphQLPolicy()
	p.AttemptTimeout = 0
	p.Retryable = func(status int, _ []byte) bool {
		return status == http.StatusTooManyRequests ||
			status >= http.StatusInternalServerError && status != http.StatusNotImplemented
	}
	return p
}

// ExchangePolicy is for the exchange of an identity token for an access token, as
// the official client does it: three retries, and none after a 4xx but 429. The
// request it is made for has a policy of its own on top.
func ExchangePolicy() Policy {
	return Policy{
		Retries:        3,
		MinWait:        time.Second,
		MaxWait:        5 * time.Second,
		AttemptTimeout: 10 * time.Second,
		Retryable: func(status int, _ []byte) bool {
			return status == http.StatusTooManyRequests || status < 100 || status >= http.StatusInternalServerError
		},
	}
}

// ProbePolicy is for the questions a diagnosis asks while somebody waits: one
// quick second chance. A 429 gets none, as asking again would only add to it.
func ProbePolicy() Policy {
	return Policy{
		Retries:        1,
		MinWait:        100 * time.Millisecond,
		MaxWait:        500 * time.Millisecond,
		AttemptTimeout: 3 * time.Second,
		Retryable: func(status int, body []byte) bool {
			return status != http.StatusTooManyRequests && RetryMostFailures(status, body)
		},
		UnresolvedRetries: 1,
	}
}

// RetryMostFailures retries 5xx except 501, statuses HTTP does not know, and
// the 4xx that may pass with time. It is the official client's rule but for
// 402, 405, 407 and 451, which that client would repeat twenty times: a bill to
// pay, a page that takes no POST, a proxy that wants a password and a legal
// block are still there after a quarter of an hour, and the user waits for the
// message that says so.
func RetryMostFailures(status int, _ []byte) bool {
	switch status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusPaymentRequired,
		http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusProxyAuthRequired, http.StatusConflict, http.StatusGone,
		http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity,
		http.StatusUnavailableForLegalReasons, http.StatusNotImplemented:
		return false
	}
	return status < 100 || status >= 400
}

// conflictHeals tells a duplicate insert, or a 409 that says nothing, from a
// run id that was deleted.
func conflictHeals(body []byte) bool {
	if bytes.Contains(body, []byte("previously created and deleted")) {
		return false
	}
	return len(bytes.TrimSpace(body)) == 0 || bytes.Contains(body, []byte("Duplicate entry"))
}
