package diagnose

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/transport"
)

// unsent is the error of a request for which there was no access token.
func unsent(status int, permanent bool, contentType, body, message string) error {
	e := &transport.TokenError{Source: "identity token from /run/token", Permanent: permanent, Message: message}
	if status != 0 {
		e.Last = &transport.Response{StatusCode: status, Header: http.Header{}, ContentType: contentType, Body: []byte(body), RequestID: "req-1"}
	} else {
		e.Err = io.ErrUnexpectedEOF
	}
	return &graphql.Error{Operation: "UpsertBucket", Err: &transport.Error{Op: "UpsertBucket", Err: e}}
}

func TestClassify_TokenRefused_HasClass(t *testing.T) {
	t.Parallel()
	const page = "<html><title>no</title></html>"
	for _, tt := range []struct {
		name    string
		err     error
		class   Class
		refusal bool
		sure    bool
		status  int
	}{
		{"400 invalid_grant", unsent(400, true, "application/json", `{"error":"invalid_grant"}`, "invalid_grant"), IdentityRefused, true, true, 400},
		{"401 invalid_grant and why", unsent(401, true, "application/json", `{"error":"invalid_grant"}`, "invalid_grant: expired"), IdentityRefused, true, true, 401},
		{"400 another error", unsent(400, true, "application/json", `{"error":"unsupported_grant_type"}`, "unsupported_grant_type"), IdentityRefused, true, false, 400},
		{"403 list of errors", unsent(403, true, "application/json", `{"errors":[{"message":"no"}]}`, ""), IdentityRefused, true, false, 403},
		{"403 web page", unsent(403, true, "text/html", page, ""), Intermediary, true, true, 403},
		{"404 page", unsent(404, true, "text/plain", "404 page not found", ""), WrongURL, false, true, 404},
		{"302", unsent(302, true, "", "", ""), WrongURL, false, true, 302},
		{"200 without a token", unsent(200, true, "application/json", "", ""), WrongURL, false, true, 200},
		{"429", unsent(429, false, "application/json", `{"error":"slow down"}`, "slow down"), RateLimited, false, true, 429},
		{"503", unsent(503, false, "text/html", page, ""), ServerError, false, true, 503},
		{"no answer", unsent(0, false, "", "", ""), Unreachable, false, true, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := Classify(t.Context(), tt.err)
			assert.Equal(t, tt.class, r.Class)
			assert.Equal(t, tt.refusal, r.IsRefusal())
			assert.False(t, r.NeedsProbes(), "no question would be sent either")
			assert.Equal(t, tt.sure, r.Sure)
			assert.Equal(t, tt.status, r.StatusCode)
			assert.Equal(t, tt.err, r.Err)
			if tt.class == WrongURL {
				assert.NotEmpty(t, r.Hint)
			}
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			late := Classify(ended, tt.err)
			if tt.status == 0 || tt.status == 429 || tt.status == 503 {
				assert.Equal(t, Cancelled, late.Class)
			} else {
				assert.Equal(t, tt.class, late.Class, "it would have ended the same way")
			}
		})
	}
}
