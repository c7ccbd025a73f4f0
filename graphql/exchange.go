package graphql

import "time"

// Exchange is what may be told about one HTTP attempt: facts for a bug report,
// without credentials.
type Exchange struct {
	// Start is when the attempt began and Duration how long it took, reading
	// the body included.
	Start    time.Time
	Duration time.Duration
	// Operation is the request's name, such as "UpsertBucket".
	Operation string
	// Method and Path are those of the request; Path has no query.
	Method, Path string
	// Attempt counts from 1.
	Attempt int
	// StatusCode is 0 when no response came; then Err says why.
	StatusCode int
	// RequestID is the server's id of the response, if it sent one.
	RequestID string
	// ContentType is the response's.
	ContentType string
	// BodyHead is the start of the response body, at most 4 KiB, scrubbed of
	// the API key.
	BodyHead string
	// Err is the failure in words, scrubbed, or "".
	Err string
}
