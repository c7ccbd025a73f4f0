package sink

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/transport"
)

// early answers before it has read the request's body, and lets go of it later.
type early struct{ body chan io.ReadCloser }

func (e early) RoundTrip(req *http.Request) (*http.Response, error) {
	e.body <- req.Body
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: req}, nil
}

// TestSenderReturnsBody: the stream may use a body's memory again when the HTTP
// client has closed it, and not before: it may answer and go on reading.
func TestSenderReturnsBody(t *testing.T) {
	t.Parallel()
	const text = `{"dropped":0}`
	send := func(t *testing.T, next http.RoundTripper, url string) bool {
		t.Helper()
		tr, err := transport.New(transport.Options{BaseURL: url, HTTPClient: &http.Client{Transport: next}})
		require.NoError(t, err)
		s := &sender{transport: tr, path: "/files/e/p/r/file_stream", before: func() {}}
		reply, err := s.Send(t.Context(), []byte(text))
		require.NoError(t, err)
		return reply.Returned
	}
	t.Run("an answer to all of it", func(t *testing.T) {
		t.Parallel()
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			assert.Equal(t, text, string(got))
			assert.EqualValues(t, len(text), r.ContentLength)
			_, _ = io.WriteString(w, "{}")
		}))
		t.Cleanup(s.Close)
		own := &http.Transport{}
		t.Cleanup(own.CloseIdleConnections)
		assert.True(t, send(t, own, s.URL))
	})
	t.Run("an answer before it was read", func(t *testing.T) {
		t.Parallel()
		e := early{make(chan io.ReadCloser, 1)}
		assert.False(t, send(t, e, "http://127.0.0.1"))
		body := <-e.body
		got, err := io.ReadAll(body)
		require.NoError(t, err)
		assert.Equal(t, text, string(got))
		require.NoError(t, body.Close())
		require.NoError(t, body.Close())
	})
}
