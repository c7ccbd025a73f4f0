package transport

import (
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/secret"
)

// requestIDHeaders are where servers, load balancers and object stores put the
// id that their operators can search their logs for, best first. W&B documents
// none, so the usual names are tried.
var requestIDHeaders = []string{
	"X-Request-Id",
	"X-Wandb-Request-Id",
	"Request-Id",
	"X-Correlation-Id",
	"X-Amzn-Requestid",
	"X-Amz-Request-Id",
	"X-Amzn-Trace-Id",
	"X-Guploader-Uploadid",
	"X-Cloud-Trace-Context",
	"X-Ms-Request-Id",
	"Cf-Ray",
	"Traceparent",
}

const maxRequestID = 128

func newResponse(resp *http.Response, keys secret.Keys) *Response {
	if location := resp.Header["Location"]; len(location) > 0 {
		resp.Header["Location"] = []string{safeLocation(keys, location[0])}
	}
	return &Response{
		StatusCode:  resp.StatusCode,
		Header:      resp.Header,
		ContentType: mediaType(resp.Header.Get("Content-Type")),
		RequestID:   requestID(resp.Header, keys),
		RetryAfter:  retryAfter(resp.Header, time.Now()),
	}
}

// OK reports whether the status is a success.
func (r *Response) OK() bool { return r.StatusCode >= 200 && r.StatusCode < 300 }

// mediaType cuts the parameters off without mime.ParseMediaType's allocations
// in the usual case.
func mediaType(value string) string {
	if value == "application/json" {
		return value
	}
	if t, _, err := mime.ParseMediaType(value); err == nil {
		return t
	}
	t, _, _ := strings.Cut(value, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

func requestID(header http.Header, keys secret.Keys) string {
	for _, name := range requestIDHeaders {
		if values := header[name]; len(values) > 0 && values[0] != "" {
			id := keys.Scrub(values[0])
			return id[:min(len(id), maxRequestID)]
		}
	}
	return ""
}

// safeLocation keeps the part of a redirect's target that is safe to print. The
// query of a login page's address may carry tokens.
func safeLocation(keys secret.Keys, location string) string {
	u, err := url.Parse(location)
	if err != nil {
		return secret.Redacted
	}
	return keys.Scrub((&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String())
}
