package draft_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/artifacts/draft"
)

func TestHTTPGetter_Responses_BecomeDigestOrError(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get("Authorization"))
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/data", http.StatusFound)
		case "/data":
			w.Header().Set("ETag", `"e"`)
			_, _ = w.Write([]byte("12345"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	get := draft.HTTPGetter(srv.Client())
	for _, path := range []string{"/data", "/moved"} {
		etag, size, err := get(t.Context(), srv.URL+path)
		require.NoError(t, err)
		assert.Equal(t, `"e"`, etag)
		assert.EqualValues(t, 5, size)
	}
	_, _, err := get(t.Context(), srv.URL+"/no")
	require.ErrorIs(t, err, draft.ErrReference)
	assert.ErrorContains(t, err, "404 Not Found")
	_, _, err = get(t.Context(), "http://[::1")
	require.Error(t, err)
}
