package diagnose

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/transport"
)

func TestEvidence_Unanswered_SaysWhy(t *testing.T) {
	t.Parallel()
	lost := func(err error) *graphql.Error {
		return &graphql.Error{Operation: "ProbeEntity", Err: &transport.Error{Op: "ProbeEntity", Attempts: 2, Err: err}}
	}
	dial := func(err error) error {
		addr := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}
		return &url.Error{Op: "Post", URL: "http://h/graphql", Err: &net.OpError{Op: "dial", Net: "tcp", Addr: addr, Err: os.NewSyscallError("connect", err)}}
	}
	after502 := lost(context.DeadlineExceeded)
	after502.StatusCode, after502.Kind, after502.Message = 502, graphql.KindHTML, "Bad Gateway"
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"a token that the server repeats", failure(400, graphql.KindJSONError, strings.Repeat("x ", 50)+"eyJhbGciOiJub25lIn0.eyJub3Rha2V5IjoxfQ."+strings.Repeat("c2ln", 60)), "no usable response (HTTP 400: " + strings.Repeat("x ", 50) + "[redacted])"},
		{"web page with a title", failure(502, graphql.KindHTML, "502 Bad Gateway"), "no usable response (HTTP 502: 502 Bad Gateway)"},
		{"web page without one", failure(502, graphql.KindHTML, ""), "no usable response (HTTP 502: the body is an HTML page)"},
		{"web page in place of data", failure(200, graphql.KindHTML, ""), "no usable response (the body is an HTML page)"},
		{"nothing", failure(200, graphql.KindEmpty, ""), "no usable response (the body is empty)"},
		{"garbage", failure(200, graphql.KindGarbage, ""), "no usable response (the body does not have a form that W&B sends)"},
		{"error of W&B", failure(500, graphql.KindJSONError, "internal error"), "no usable response (HTTP 500: internal error)"},
		{"deadline", lost(context.DeadlineExceeded), "no usable response (timed out)"},
		{"time of an attempt", lost(&url.Error{Op: "Post", Err: os.ErrDeadlineExceeded}), "no usable response (timed out)"},
		{"deadline while a 502 was tried again", after502, "no usable response (HTTP 502: timed out)"},
		{"cancelled", lost(context.Canceled), "no usable response (cancelled)"},
		{"cancelled because time was up", lost(fmt.Errorf("%w: %w", context.Canceled, context.DeadlineExceeded)), "no usable response (timed out)"},
		{"connection refused", lost(dial(syscall.ECONNREFUSED)), "no usable response (connect: connection refused)"},
		{"connection cut", lost(&url.Error{Op: "Post", Err: io.EOF}), "no usable response (the connection was closed)"},
		{"connection cut in the body", lost(fmt.Errorf("read response body: %w", io.ErrUnexpectedEOF)), "no usable response (the connection was closed)"},
		{"certificate", lost(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), "no usable response (the certificate is not trusted)"},
		{"anything else", lost(errors.New("the dog ate it")), "no usable response (the dog ate it)"},
		{"not even sent", io.ErrNoProgress, "no usable response (" + io.ErrNoProgress.Error() + ")"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := answerOf(false, tt.err)
			require.Equal(t, errors.Failed, a.Outcome)
			assert.Equal(t, tt.want, a.text())
		})
	}
}

func TestEvidence_NoEntity_NamesDefault(t *testing.T) {
	t.Parallel()
	f := findings(viewer(), entityIs(""), entity(null, Unknown), project(null, Unknown), func(f *Findings) {
		f.Kind.Answer, f.Role.Answer, f.ProjectRole.Answer = null, null, null
	})
	var questions []string
	for _, p := range f.Evidence("vision") {
		questions = append(questions, p.Question)
	}
	assert.Equal(t, []string{
		"account", "your default entity", "kind of your default entity", `project "vision" of your default entity`,
		"your role in your default entity", `your role in project "vision" of your default entity`,
	}, questions)
}

func TestAccountKind_EachType_IsDescribed(t *testing.T) {
	t.Parallel()
	for accountType, want := range map[string]string{
		"": "", "USER": "", "SERVICE": "service account", "ORG_SERVICE": "organization service account",
		"ANONYMOUS": "anonymous account", "VIEWER": "view-only account", "ROBOT": "account type ROBOT",
	} {
		assert.Equal(t, want, AccountKind(accountType))
		if want != "" {
			want = " (" + want + ")"
		}
		f := Findings{}
		f.Who.Viewer = &errors.Viewer{Username: "ci", AccountType: accountType}
		assert.Equal(t, `user "ci"`+want+", teams not disclosed", f.viewerText())
	}
}
