package client_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// TestInit_OtherWebServer_IsAWrongBaseURL: a server that only serves files does not know
// POST. The advice is not to try again later.
func TestInit_OtherWebServer_IsAWrongBaseURL(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"page":  "<!DOCTYPE HTML><html><head><title>Error response</title></head><body>Error code: 501. Unsupported method ('POST').</body></html>",
		"text":  "501 Not Implemented",
		"empty": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(http.StatusNotImplemented)
				_, _ = w.Write([]byte(body))
			}))
			defer s.Close()
			c, err := client.New(client.Options{BaseURL: s.URL, APIKey: key("member"), Dir: t.TempDir(), Getenv: alone})
			require.NoError(t, err)
			defer func() { require.NoError(t, c.Close()) }()
			_, err = c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
			require.ErrorIs(t, err, errors.ErrWrongBaseURL)
			assert.False(t, errors.IsRetryable(err))
			text := errors.Explain(err)
			assert.Contains(t, text, "is not the address of a W&B")
			assert.NotContains(t, text, "may succeed later")
		})
	}
}
