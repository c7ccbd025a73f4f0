package wandbtest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

func TestWithPages_OtherPathsThanTheAPI_AreTheHandlers(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	pages := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "page "+r.URL.Path)
		if r.URL.Path == "/stream" {
			assert.NoError(t, http.NewResponseController(w).Flush())
			<-r.Context().Done()
			ended <- context.Cause(r.Context())
		}
	})
	srv, c := running(t, wandbtest.WithPages(pages))
	fetch := func(method, path string) *http.Response {
		req, err := http.NewRequestWithContext(t.Context(), method, srv.URL()+path, nil)
		require.NoError(t, err)
		resp, err := http.DefaultTransport.RoundTrip(req)
		require.NoError(t, err)
		return resp
	}
	before := len(srv.Requests())
	for _, path := range []string{"/", "/acme/p/runs/r", "/-/runs", "/authorize"} {
		resp := fetch(http.MethodGet, path)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, "page "+path, string(text))
	}
	assert.Len(t, srv.Requests(), before, "requests for pages are not counted")
	for _, target := range [][2]string{{http.MethodPost, "/acme"}, {http.MethodGet, "/files/acme/p/r/x"}} {
		resp := fetch(target[0], target[1])
		require.NoError(t, resp.Body.Close())
		assert.GreaterOrEqual(t, resp.StatusCode, 400, target)
	}
	status, _ := c.stream("acme", "p", "r", `{}`)
	assert.Equal(t, http.StatusOK, status)

	resp := fetch(http.MethodGet, "/stream")
	defer resp.Body.Close()
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	srv.Close()
	require.ErrorIs(t, <-ended, context.Canceled)
}

func TestReadRun_LongRun_HasLinesAndRawParts(t *testing.T) {
	t.Parallel()
	srv, c := running(t)
	status, _ := c.stream("acme", "p", "r", `{"files":{"wandb-history.jsonl":{"offset":0,"content":["{\"_step\":0}","{\"_step\":1}"]},
	  "wandb-summary.json":{"offset":0,"content":["{\"loss\":1}"]},"output.log":{"offset":0,"content":["line"]}},"complete":true,"exitcode":3}`)
	require.Equal(t, http.StatusOK, status)
	whole := view(t, srv)
	got, found := srv.ReadRun("acme", "p", "r")
	require.True(t, found)
	assert.Equal(t, whole.HistoryLines, got.HistoryLines)
	assert.Equal(t, []string{"line"}, got.Logs)
	assert.JSONEq(t, `{"loss":1}`, got.RawSummary)
	assert.Equal(t, "failed", got.State)
	require.NotNil(t, got.ExitCode)
	assert.Equal(t, 3, *got.ExitCode)
	assert.Equal(t, whole.DisplayName, got.DisplayName)
	assert.Nil(t, got.Posts)
	assert.Nil(t, got.Summary)
	_, found = srv.ReadRun("acme", "p", "none")
	assert.False(t, found)
	_, found = srv.RunFile("acme", "p", "r", "none")
	assert.False(t, found)
	_, found = srv.RunFile("acme", "p", "none", "none")
	assert.False(t, found)
}
