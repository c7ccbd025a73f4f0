package transport

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/secret"
)

func TestRequestID_EachHeader_IsFound(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		header http.Header
		want   string
	}{
		{"none", http.Header{}, ""},
		{"the usual one", http.Header{"X-Request-Id": {"a"}, "Cf-Ray": {"b"}}, "a"},
		{"an empty one is passed over", http.Header{"X-Request-Id": {""}, "Cf-Ray": {"b"}}, "b"},
		{"Amazon's", http.Header{"X-Amzn-Trace-Id": {"Root=1-2"}}, "Root=1-2"},
		{"Google's", http.Header{"X-Cloud-Trace-Context": {"abc/1"}}, "abc/1"},
		{"a long one is cut", http.Header{"X-Request-Id": {strings.Repeat("z", 1000)}}, strings.Repeat("z", maxRequestID)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.want, requestID(tc.header, secret.Keys{secret.New(testKey)}))
		})
	}
	for _, name := range requestIDHeaders {
		assert.Equal(t, http.CanonicalHeaderKey(name), name, "looked up without canonicalising")
	}
}

func TestDo_Response_HasItsFacts(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "Application/JSON; charset=utf-8")
		h.Set("Retry-After", "7")
		h.Set("Content-Encoding", "gzip")
		w.WriteHeader(403)
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, "compressed")
		_ = z.Close()
	})
	tr := newTransport(t, Options{BaseURL: srv.URL})
	resp, err := tr.Do(t.Context(), post(Policy{}))
	require.NoError(t, err)
	assert.Equal(t, "application/json", resp.ContentType)
	assert.Equal(t, 7*time.Second, resp.RetryAfter)
	assert.Equal(t, "compressed", string(resp.Body))
}
