package diagnose

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/transport"
)

// failure is a failed request as package graphql reports it.
func failure(status int, kind graphql.BodyKind, message string, errs ...graphql.FieldError) *graphql.Error {
	return &graphql.Error{Operation: "UpsertBucket", StatusCode: status, Kind: kind, Message: message, Errors: errs, RequestID: "req-1"}
}

func refusal(status int, message string) *graphql.Error {
	return failure(status, graphql.KindGraphQL, message, graphql.FieldError{Message: message, Path: []string{"upsertBucket"}})
}

func TestClassify_EachResponse_HasClass(t *testing.T) {
	t.Parallel()
	invalid := graphql.FieldError{Message: `Cannot query field "x" on type "Y".`, HasLocations: true}
	coded := refusal(200, "no")
	coded.Code = "PERMISSION_ERROR"
	tests := []struct {
		name  string
		err   error
		class Class
		sure  bool
	}{
		{"no response", io.ErrUnexpectedEOF, Unreachable, true},
		{"no response, wrapped", &graphql.Error{Err: &transport.Error{Err: io.EOF}}, Unreachable, true},
		{"no response after a 403 that was retried", &graphql.Error{StatusCode: 403, Err: &transport.Error{Err: io.EOF}}, Unreachable, true},
		{"certificate", &graphql.Error{Err: &transport.Error{Err: &url.Error{Err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}}}}, Untrusted, true},
		{"certificate, bare", &url.Error{Err: &tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}}}, Untrusted, true},
		{"http for https", &graphql.Error{Err: &transport.Error{Err: &url.Error{Err: http.ErrSchemeMismatch}}}, WrongURL, true},
		{"no TLS", &graphql.Error{Err: &transport.Error{Err: tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}}}, WrongURL, true},
		{"larger than any answer", &graphql.Error{Err: &transport.Error{Err: transport.ErrTooLarge}}, Unexpected, true},
		{"200 permission denied", refusal(200, "Permission denied"), Forbidden, true},
		{"200 PERMISSION_ERROR", coded, Forbidden, true},
		{"200 not logged in", refusal(200, "user is not logged in"), Unauthorized, true},
		{"200 validation", failure(200, graphql.KindGraphQL, invalid.Message, invalid), Schema, true},
		{"200 other", refusal(200, "something"), Unexpected, true},
		{"200 other, about no field", failure(200, graphql.KindGraphQL, "something", graphql.FieldError{Message: "something"}), Schema, true},
		{"200 other, about no field, permission denied", failure(200, graphql.KindGraphQL, "permission denied", graphql.FieldError{Message: "permission denied"}), Forbidden, true},
		{"200 other, about a field and about none", failure(200, graphql.KindGraphQL, "a", graphql.FieldError{Message: "a"}, graphql.FieldError{Message: "b", Path: []string{"x"}}), Unexpected, true},
		{"200 other JSON error", failure(200, graphql.KindJSONError, "something", graphql.FieldError{Message: "something"}), Unexpected, true},
		{"200 no data", failure(200, graphql.KindGraphQL, ""), Unexpected, true},
		{"200 web page", failure(200, graphql.KindHTML, ""), WrongURL, true},
		{"204 nothing", failure(204, graphql.KindEmpty, ""), WrongURL, true},
		{"302", failure(302, graphql.KindHTML, ""), WrongURL, true},
		{"400", refusal(400, "run config cannot exceed 15 MB"), Input, true},
		{"400 metric limit", &graphql.Error{StatusCode: 400, Kind: graphql.KindJSONError, Code: codeMetricLimit, Message: codeMetricLimit}, MetricLimit, true},
		{"400 unknown code", &graphql.Error{StatusCode: 400, Kind: graphql.KindJSONError, Code: "another_limit", Message: "another_limit"}, Input, true},
		{"400 burnt", refusal(400, "run x was previously created and deleted; try a new run name"), RunDeleted, true},
		{"400 validation", failure(400, graphql.KindGraphQL, invalid.Message, invalid), Schema, true},
		{"401", refusal(401, "permission denied"), Unauthorized, true},
		{"401 text", failure(401, graphql.KindText, "no"), Intermediary, false},
		{"401 web page", failure(401, graphql.KindHTML, ""), Intermediary, true},
		{"402", refusal(402, "pay"), PaymentRequired, true},
		{"403", refusal(403, "permission denied"), Forbidden, true},
		{"403 not logged in: the status decides", refusal(403, "user is not logged in"), Forbidden, true},
		{"403 other JSON error", failure(403, graphql.KindJSONError, "no"), Forbidden, true},
		{"403 XML", failure(403, graphql.KindStorageXML, "AccessDenied"), Intermediary, true},
		{"403 empty", failure(403, graphql.KindEmpty, ""), Intermediary, false},
		{"403 garbage", failure(403, graphql.KindGarbage, ""), Intermediary, false},
		{"404 entity", refusal(404, "entity acme not found during upsertBucket"), EntityNotFound, true},
		{"404 Entity", refusal(404, "Entity acme not found"), EntityNotFound, true},
		{"404 project", refusal(404, "Project not found"), ProjectNotFound, true},
		{"404 run gone", failure(404, graphql.KindJSONError, "Run does not exist acme/vision/r1"), RunDeleted, true},
		{"410 run gone", failure(410, graphql.KindJSONError, "Run does not exist acme/vision/r1"), RunDeleted, true},
		{"410", refusal(410, "gone"), Unexpected, true},
		{"404 other", refusal(404, "no"), NotFound, true},
		{"404 page", failure(404, graphql.KindText, "404 page not found"), WrongURL, true},
		{"405 page", failure(405, graphql.KindText, ""), WrongURL, true},
		{"407 page", failure(407, graphql.KindHTML, ""), Intermediary, true},
		{"409 burnt", refusal(409, "run a/b/c was previously created and deleted; try a new run id"), RunDeleted, true},
		{"409 duplicate", refusal(409, "Error 1062: Duplicate entry"), ServerError, true},
		{"413", refusal(413, "too large"), Input, true},
		{"413 web page", failure(413, graphql.KindHTML, "413 Request Entity Too Large"), Input, true},
		{"413 empty", failure(413, graphql.KindEmpty, ""), Input, true},
		{"501 web page", failure(501, graphql.KindHTML, "Unsupported method ('POST')"), WrongURL, true},
		{"501 text", failure(501, graphql.KindText, "Not Implemented"), WrongURL, true},
		{"501 empty", failure(501, graphql.KindEmpty, ""), WrongURL, true},
		{"501 of W&B", failure(501, graphql.KindJSONError, "not implemented"), ServerError, true},
		{"505 web page", failure(505, graphql.KindHTML, ""), WrongURL, true},
		{"503 web page", failure(503, graphql.KindHTML, ""), ServerError, true},
		{"400 web page", failure(400, graphql.KindHTML, "400 Bad Request"), Intermediary, true},
		{"400 text", failure(400, graphql.KindText, "Bad Request"), Intermediary, false},
		{"400 http for https, Go", failure(400, graphql.KindText, "Client sent an HTTP request to an HTTPS server.\n"), WrongURL, true},
		{"400 http for https, nginx", failure(400, graphql.KindHTML, "400 The plain HTTP request was sent to HTTPS port"), WrongURL, true},
		{"402 web page", failure(402, graphql.KindHTML, ""), Intermediary, true},
		{"406 web page", failure(406, graphql.KindHTML, ""), WrongURL, true},
		{"408 web page", failure(408, graphql.KindHTML, ""), ServerError, true},
		{"410 web page", failure(410, graphql.KindHTML, ""), WrongURL, true},
		{"415 text", failure(415, graphql.KindText, "unsupported media type"), WrongURL, true},
		{"421 text", failure(421, graphql.KindText, "misdirected request"), WrongURL, true},
		{"422 other JSON", failure(422, graphql.KindJSONOther, "no"), Intermediary, false},
		{"426 text", failure(426, graphql.KindText, "upgrade required"), WrongURL, true},
		{"431 web page", failure(431, graphql.KindHTML, ""), Intermediary, true},
		{"451 web page", failure(451, graphql.KindHTML, ""), Intermediary, true},
		{"418 text", failure(418, graphql.KindText, "teapot"), Intermediary, false},
		{"202 web page", failure(202, graphql.KindHTML, ""), WrongURL, true},
		{"422", refusal(422, "no"), Input, true},
		{"429", failure(429, graphql.KindJSONError, "rate limit exceeded"), RateLimited, true},
		{"500", refusal(500, "internal"), ServerError, true},
		{"502 web page", failure(502, graphql.KindHTML, ""), ServerError, true},
		{"599", failure(599, graphql.KindEmpty, ""), ServerError, true},
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := Classify(t.Context(), tt.err)
			assert.Equal(t, tt.class, r.Class)
			assert.Equal(t, tt.sure, r.Sure)
			assert.Equal(t, tt.err, r.Err)
			if ge, ok := errors.AsType[*graphql.Error](tt.err); ok {
				assert.Equal(t, ge.StatusCode, r.StatusCode)
				assert.Equal(t, ge.Message, r.Message)
				assert.Equal(t, ge.RequestID, r.RequestID)
			}
			if r.NeedsProbes() {
				assert.True(t, r.IsRefusal())
			}
			late := Classify(ended, tt.err)
			if r.IsRefusal() {
				assert.Equal(t, r.Class, late.Class, "a refusal stands however late it is read")
			} else {
				assert.Equal(t, Cancelled, late.Class)
			}
		})
	}
}

func TestClassify_ForbiddenWithoutSignOfWandB_IsPlain(t *testing.T) {
	t.Parallel()
	coded := failure(403, graphql.KindGraphQL, "no", graphql.FieldError{Message: "no"})
	coded.Code = "PERMISSION_ERROR"
	placed := refusal(403, "no")
	placed.Path = []string{"upsertBucket"}
	for name, tt := range map[string]struct {
		err   *graphql.Error
		plain bool
	}{
		"a text of its own":   {failure(403, graphql.KindJSONError, "Forbidden"), true},
		"no text":             {failure(403, graphql.KindGraphQL, ""), true},
		"W&B's words":         {failure(403, graphql.KindJSONError, "Permission denied"), false},
		"W&B's code":          {coded, false},
		"a path":              {placed, false},
		"another status":      {failure(404, graphql.KindJSONError, "no"), false},
		"a form not of W&B's": {failure(403, graphql.KindJSONOther, "Forbidden"), false},
	} {
		assert.Equal(t, tt.plain, Classify(t.Context(), tt.err).Plain, name)
	}
}

func TestClassify_UntrustedCertificate_NamesReason(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		says string
	}{
		{"unknown authority", x509.UnknownAuthorityError{}, "SSL_CERT_FILE"},
		{"expired", x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.Expired}, "clock"},
		{"another host", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}, "another host name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := &graphql.Error{StatusCode: 502, Kind: graphql.KindHTML, Err: &transport.Error{Last: &transport.Response{StatusCode: 502}, Err: &tls.CertificateVerificationError{Err: tt.err}}}
			failed := diagnoserAt("https://wandb.test").requestError(t.Context(), Question{}, Classify(t.Context(), err))
			require.ErrorIs(t, failed, errors.ErrServerUnavailable)
			require.ErrorIs(t, failed, err)
			assert.False(t, errors.IsRetryable(failed))
			e, ok := errors.AsType[*errors.RequestError](failed)
			require.True(t, ok)
			assert.Zero(t, e.StatusCode, "that of an earlier attempt says nothing about this one")
			assert.Contains(t, e.Explain(), tt.says)
		})
	}
}
