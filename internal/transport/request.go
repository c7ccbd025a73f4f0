package transport

import (
	"io"
	"net/http"
	"time"

	"github.com/wandgo/wandgo/internal/secret"
)

// Request is one request, with as many attempts as its policy allows.
type Request struct {
	// Method defaults to POST.
	Method string
	// Path starts with a slash, is escaped, and is appended to the base URL. An
	// absolute http(s) URL is used as it is; it gets credentials only if it lies
	// below the base URL.
	Path string
	// Body is sent with its exact length. It must not change until [Transport.Do]
	// returns.
	Body []byte
	// Open, if not nil, replaces Body, so that a large body need not be in memory.
	// It returns the body and its exact size in bytes: what lies beyond is not sent,
	// and a body that ends earlier fails the attempt. Open is called once per
	// attempt, sometimes more often. The body may be read and closed a little after
	// [Transport.Do] returned. An error of Open or of reading the body ends the
	// request without a retry.
	Open func() (body io.ReadCloser, size int64, err error)
	// NoCredentials omits the key and everything else that identifies the caller,
	// also below the base URL, because presigned addresses refuse requests with
	// other credentials. Header is then sent as it is, without a Content-Type.
	NoCredentials bool
	// Header is added to the transport's own headers and replaces them if both are
	// set. Authorization is used only with NoCredentials.
	Header http.Header
	// Secrets are removed from texts about this request, beside the transport's
	// own. They may be in its body.
	Secrets secret.Keys
	// Confidential hides the body of a 2xx from observers.
	Confidential bool
	// MaxBody bounds the body of a 2xx, in bytes; 0 is 64 MiB.
	MaxBody int
	// Receive, if not nil, is called with each 2xx, whose body is then not in
	// [Response.Body] and not bounded by MaxBody. It is called again if the body ends early
	// and the attempt is retried, so it starts over. An error of its own ends the request
	// without a retry.
	Receive func(head *Response, body io.Reader) error
	// KeepRedirect puts the target of a redirect into [Response.Redirect].
	KeepRedirect bool
	// Operation names the request in errors, logs and exchanges.
	Operation string
	// Policy says when to retry. The zero Policy never does.
	Policy Policy
}

// Response is the final response, whatever its status.
type Response struct {
	StatusCode int
	// Header is the server's. Location is reduced to what is safe to print.
	Header http.Header
	// Redirect is the complete Location of a 3xx if the request asked for it. It may be a
	// signed address: a permission, which is not to be printed.
	Redirect string
	// Body is complete for 2xx; more than 64 MiB is an error. Otherwise it is cut at
	// 64 KiB and does not contain the API key.
	Body []byte
	// ContentType is the media type in lower case, without parameters.
	ContentType string
	// RequestID is the server's id of this response, if it sent one.
	RequestID string
	// RetryAfter is how long the server asked to wait, 0 if it did not.
	RetryAfter time.Duration
	// Attempts is how many HTTP requests were sent.
	Attempts int
}
