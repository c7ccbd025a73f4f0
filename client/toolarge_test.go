package client_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// nginx refuses requests of more than limit bytes.
func nginx(operation string, limit int) wandbtest.Fault {
	return wandbtest.Fault{
		Operation: operation, Match: func(_ *http.Request, body []byte) bool { return len(body) > limit },
		Status: http.StatusRequestEntityTooLarge, Header: http.Header{"Content-Type": {"text/html"}},
		Body: "<html>\r\n<head><title>413 Request Entity Too Large</title></head></html>",
	}
}

// TestProxyLimit_RowsExceedIt_RequestsAreHalvedAndAllRowsArrive: the limit of a proxy
// holds up neither a run nor a sync, whatever it is.
func TestProxyLimit_RowsExceedIt_RequestsAreHalvedAndAllRowsArrive(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("x", 1000)
	for name, proxy := range map[string]struct{ limit, rows int }{
		"1 MB": {1 << 20, 2000}, "100 KB": {100 << 10, 500}, "a row": {1500, 200},
	} {
		for _, mode := range []string{"online", "offline"} {
			t.Run(name+" "+mode, func(t *testing.T) {
				t.Parallel()
				s := wandbtest.New(t, everybody())
				c := newClient(t, s, key("member"), quickly)
				refused := s.Inject(nginx("file_stream", proxy.limit))
				run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", Mode: client.Mode(mode)})
				require.NoError(t, err)
				for i := range proxy.rows {
					require.NoError(t, run.Log(map[string]any{"i": i, "text": text}))
				}
				require.NoError(t, run.Finish(t.Context()))
				if mode == "offline" {
					synced(t, c, client.SyncOptions{}, run.Dir())
				}
				v := onServer(t, s, "acme", "team", run.ID())
				require.Len(t, v.HistoryLines, proxy.rows)
				for i, row := range v.History() {
					require.InDelta(t, i, row["i"], 0)
				}
				assert.InDelta(t, proxy.rows-1, v.Summary["i"], 0)
				assert.Equal(t, "finished", v.State)
				assert.Less(t, refused.Hits(), 30, "the limit is remembered")
			})
		}
	}
}

// TestProxyLimit_OneRowExceedsIt_RunContinuesOnDisk: a row that no request can carry is
// not skipped.
func TestProxyLimit_OneRowExceedsIt_RunContinuesOnDisk(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	s.Inject(nginx("file_stream", 1500))
	for i := range 10 {
		require.NoError(t, run.Log(map[string]any{"i": i, "text": strings.Repeat("x", 100+i/5*3000)}))
	}
	err = run.Finish(t.Context())
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	v := onServer(t, s, "acme", "team", run.ID())
	assert.Len(t, v.HistoryLines, 5)
	assert.Equal(t, "finished", v.State, "the end needs no data")
	assert.Len(t, onDisk(t, run.Dir()).Rows, 10)
	text := errors.Explain(err)
	assert.Contains(t, text, "client_max_body_size")
	assert.NotContains(t, text, "When a run is created")
}

// TestProxyLimit_SummaryExceedsIt_IsReported: a summary that no request can carry is
// left out and reported; the rows and the end of the run arrive.
func TestProxyLimit_SummaryExceedsIt_IsReported(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	s.Inject(nginx("file_stream", 1500))
	require.NoError(t, run.SetSummary(strings.Repeat("x", 3000), "note"))
	log(t, run, 0, 10)
	err = run.Finish(t.Context())
	input, ok := errors.AsType[*errors.InputError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "summary", input.Field)
	v := onServer(t, s, "acme", "team", run.ID())
	assert.Len(t, v.HistoryLines, 10)
	assert.Equal(t, "finished", v.State)
}
