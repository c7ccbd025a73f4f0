package transport

import (
	"bytes"
	"net/http"
	"time"
)

// Policy says which responses are retried, how often and how far apart. Failures
// without a response (connection refused or reset, attempt timed out) are always
// retried, except permanent ones: a certificate that does not verify, a malformed
// URL or header. The zero Policy makes one attempt without a time limit.
type Policy struct {
	// Retries is how many attempts may follow the first.
	Retries int
	// MinWait is the wait before the first retry. It doubles each time, up to
	// MaxWait, and up to a quarter is added at random. Retry-After takes precedence.
	MinWait, MaxWait time.Duration
	// AttemptTimeout bounds one attempt, reading the body included; 0 means no limit.
	AttemptTimeout time.Duration
	// Retryable decides on a response that is not 2xx; body is at most its
	// first 64 KiB. Nil means [RetryMostFailures].
	Retryable func(status int, body []byte) bool
	// Accepts decides whether a 2xx response is the server's. A captive portal or a
	// gateway answers with a page of its own and status 200: such a response is retried,
	// and is [ErrForeign] in the end. Nil accepts every one.
	Accepts func(*Response) bool
	// PageRetries caps how many of the retries a refusal that is a web page may use up: in
	// place of an API it is mostly something in between that sends it, for a while or always.
	PageRetries int
	// ConflictRetries caps how many of the retries a 409 may use up.
	ConflictRetries int
	// UnresolvedRetries caps the retries for a host name that does not exist. Most
	// likely it is misspelled, and the user should not wait a quarter of an hour to
	// learn that. The cap holds only until the transport has its first response.
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
// upsertBucket means one of two things: the insert of an earlier attempt is still
// in progress (temporary), or the run id was deleted (permanent).
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

// CommitPolicy is [GraphQLPolicy] with retries of a 409, which on commitArtifact means that
// another run committed to the same collection at the same moment. The official client gives
// up.
func CommitPolicy() Policy {
	p := GraphQLPolicy()
	p.ConflictRetries = 5
	p.Retryable = func(status int, body []byte) bool {
		return status == http.StatusConflict || RetryMostFailures(status, body)
	}
	return p
}

// FileStreamPolicy retries for about a week, as the official client does, because
// a training run must survive a server that is down for days.
func FileStreamPolicy() Policy {
	p := GraphQLPolicy()
	p.Retries = 10085
	p.UnresolvedRetries = p.Retries
	p.AttemptTimeout = 180 * time.Second
	p.Retryable = RetryRows
	p.PageRetries = 3
	return p
}

// RetryRows is [RetryMostFailures] for requests of a run that the server has created. A
// redirect or a switch of protocols is then not the server's: something in between, such
// as a captive portal, answers for a while.
func RetryRows(status int, body []byte) bool {
	return status < http.StatusOK || status >= 300 && status < 400 || RetryMostFailures(status, body)
}

// TransferPolicy is for uploads of files to an object store. As in the official
// client, an attempt has no time limit, because a file may take hours, and is
// retried only if the store failed or is busy.
func TransferPolicy() Policy {
	p := GraphQLPolicy()
	p.AttemptTimeout = 0
	p.Retryable = RetryTransfer
	return p
}

// RetryTransfer retries if an object store failed, is busy, or waited too long for the
// file: S3 says that with a 400, as the connection could not keep up. A store that is full
// (507) stays full until somebody makes room.
func RetryTransfer(status int, body []byte) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	case http.StatusBadRequest:
		return bytes.Contains(body, []byte("<Code>RequestTimeout</Code>"))
	}
	return status >= http.StatusInternalServerError && status != http.StatusNotImplemented && status != http.StatusInsufficientStorage
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

// ProbePolicy is for the questions of a diagnosis, while the user waits: one quick
// retry. A 429 is not retried, because that would add to the load.
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

// RetryMostFailures retries 5xx except 501, unknown statuses, and temporary 4xx. It
// is the official client's rule except for 402, 405, 407 and 451, which that
// client retries twenty times: those conditions are still there after a quarter of
// an hour, and the user waits for the message.
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

// conflictHeals distinguishes a duplicate insert, or a 409 without a message, from
// a deleted run id.
func conflictHeals(body []byte) bool {
	if bytes.Contains(body, []byte("previously created and deleted")) {
		return false
	}
	return len(bytes.TrimSpace(body)) == 0 || bytes.Contains(body, []byte("Duplicate entry"))
}

// isPage reports whether a refusal is a web page. A 413 is about the request, no matter which
// server sends it.
func isPage(status int, body []byte) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusProxyAuthRequired, http.StatusUnavailableForLegalReasons:
		return bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
	}
	return false
}
