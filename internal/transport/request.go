package transport

import (
	"io"
	"net/http"
	"time"

	"github.com/wandgo/wandgo/internal/secret"
)

// Request is one request to make, with as many attempts as its policy allows.
type Request struct {
	// Method defaults to POST.
	Method string
	// Path starts with a slash and is appended to the base URL, already
	// escaped. An absolute http(s) URL is taken as it is, and gets credentials
	// only if it lies below the base URL.
	Path string
	// Body is sent as it is, with its exact length. It must not change until
	// [Transport.Do] returns.
	Body []byte
	// Open, if not nil, gives the body instead of Body, so that a large one need
	// not be in memory. It is called once per attempt, sometimes again within
	// one, and returns the body with its exact size in bytes: what lies beyond
	// is not sent, and a body that ends earlier is an attempt that failed. The
	// body may be read, and closed, a little after [Transport.Do] returned. An
	// error of Open or of reading the body ends the request without a retry.
	Open func() (body io.ReadCloser, size int64, err error)
	// NoCredentials withholds the key and everything that says who the caller
	// is, also below the base URL: presigned addresses refuse requests that
	// carry credentials of another kind. Header is then sent as it is, and no
	// Content-Type is added.
	NoCredentials bool
	// Header is added to the transport's own headers and replaces them where
	// both are set. Authorization is taken from here only with NoCredentials.
	Header http.Header
	// Secrets must not be told of this request, beside the transport's own; they
	// may be in its body.
	Secrets secret.Keys
	// Confidential keeps the body of a 2xx from [Options.Observe].
	Confidential bool
	// Operation names the request in errors, logs and exchanges.
	Operation string
	// Policy says when to try again. The zero Policy never does.
	Policy Policy
}

// Response is the final response, whatever its status.
type Response struct {
	StatusCode int
	// Header is the server's; Location is cut down to what is safe to print.
	Header http.Header
	// Body is complete for 2xx (larger ones than 64 MiB are an error), else its
	// first 64 KiB, scrubbed of the API key.
	Body []byte
	// Truncated reports that Body was cut.
	Truncated bool
	// ContentType is the media type in lower case, without parameters.
	ContentType string
	// RequestID is the server's id of this response, if it sent one.
	RequestID string
	// RetryAfter is what the server asked to wait, 0 if nothing.
	RetryAfter time.Duration
	// RateLimit is what the server said about its limits.
	RateLimit RateLimit
	// Attempts is how many HTTP requests it took.
	Attempts int
}

// RateLimit is the content of the RateLimit-* headers. Present is false, and
// the rest zero, when the server sent none.
type RateLimit struct {
	Present bool
	// Limit and Remaining are in requests (W&B scales them to 0…1000).
	Limit, Remaining float64
	// Reset is the time until the window ends.
	Reset time.Duration
}
