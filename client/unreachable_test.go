package client_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// answers is an HTTP transport that makes its answers up.
type answers func(*http.Request) (*http.Response, error)

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

// TestWhatTimeDoesNotHeal: there are reasons for getting no answer that are
// there tomorrow as well. A batch system that is told to try again later would
// do so for ever.
func TestWhatTimeDoesNotHeal(t *testing.T) {
	t.Parallel()
	encrypted := httptest.NewUnstartedServer(http.NotFoundHandler())
	encrypted.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	encrypted.StartTLS()
	t.Cleanup(encrypted.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	tests := []struct {
		name, baseURL string
		transport     http.RoundTripper
		cause         error
		untrusted     bool
		says          []string
	}{
		{
			name: "a certificate of an unknown authority", baseURL: encrypted.URL,
			cause: errors.ErrServerUnavailable, untrusted: true,
			says: []string{"certificate", "SSL_CERT_FILE", "SSL_CERT_DIR", "proxy", "will not help"},
		},
		{
			name: "https where http is spoken", baseURL: strings.Replace(plain.URL, "http:", "https:", 1),
			cause: errors.ErrWrongBaseURL,
			says:  []string{"uses http", "export WANDB_BASE_URL=" + plain.URL},
		},
		{
			name: "an answer without end", baseURL: "https://wandb.test", cause: errors.ErrUnexpectedAnswer,
			transport: answers(func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, ContentLength: 1 << 50, Request: r}, nil
			}),
			says: []string{"too large"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			own := &http.Transport{}
			t.Cleanup(own.CloseIdleConnections)
			if tt.transport == nil {
				tt.transport = own
			}
			c, err := client.New(client.Options{
				BaseURL: tt.baseURL, APIKey: key("member"), Getenv: alone, HTTPClient: &http.Client{Transport: tt.transport},
			})
			require.NoError(t, err)
			_, err = c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
			require.ErrorIs(t, err, tt.cause)
			require.NotErrorIs(t, err, errors.ErrPermissionDenied)
			assert.False(t, errors.IsRetryable(err))
			e, ok := errors.AsType[*errors.RequestError](err)
			require.True(t, ok)
			assert.Equal(t, tt.untrusted, e.Untrusted)
			text := strings.Join(strings.Fields(errors.Explain(err)), " ")
			for _, words := range tt.says {
				assert.Contains(t, text, words)
			}
			assert.NotContains(t, text, "may succeed later")
		})
	}
}
