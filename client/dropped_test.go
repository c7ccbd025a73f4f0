package client_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// A row that is longer than the server takes is told, and what fits of it is logged.
func TestRowBeyondTheServersLimit(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), environ("WANDB_X_FILE_STREAM_MAX_LINE_BYTES", "300"))
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "r1"})
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"a": 0}))
	err = run.Log(map[string]any{"a": 1, "long": strings.Repeat("x", 300)})
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	require.ErrorContains(t, err, "long")
	require.NoError(t, run.Log(map[string]any{"a": 2}))
	require.NoError(t, run.Finish(t.Context()))

	rows := onServer(t, s, "acme", "team", "r1").History()
	require.Len(t, rows, 3)
	for i, row := range rows {
		assert.EqualValues(t, i, row["a"])
		assert.NotContains(t, row, "long")
	}
	assert.Len(t, onDisk(t, run.Dir()).Rows, 3)
}

// Not even the client's own keys fit: then each row is an error.
func TestLimitBelowAnyRow(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), environ("WANDB_X_FILE_STREAM_MAX_LINE_BYTES", "20"))
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "r1"})
	require.NoError(t, err)
	require.Error(t, run.Log(map[string]any{"a": 0}))
	require.Error(t, run.Finish(t.Context()))
}

// A summary that has become too long stays as it was on the server, and that is said.
func TestSummaryBeyondTheServersLimit(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	var w warnings
	c := newClient(t, s, key("member"), w.listen, environ("WANDB_X_FILE_STREAM_MAX_LINE_BYTES", "400"))
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "r1"})
	require.NoError(t, err)
	for i := range 20 {
		require.NoError(t, run.Log(map[string]any{fmt.Sprint("metric", i): strings.Repeat("x", 30)}))
	}
	err = run.Finish(t.Context())
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	require.ErrorContains(t, err, "summary")

	v := onServer(t, s, "acme", "team", "r1")
	assert.Len(t, v.HistoryLines, 20)
	assert.Equal(t, "finished", v.State)
	assert.NotContains(t, v.RawSummary, "metric19")
	assert.Contains(t, string(v.Files["wandb-summary.json"]), "metric19", "the file has it whole")
	told := 0
	for _, text := range w.all() {
		if strings.Contains(text, "summary is longer") {
			told++
		}
	}
	assert.Equal(t, 1, told, "%q", w.all())
}

// Console output that a server was too long away for is in the file, and that it is
// not in the logs tab is said.
func TestConsoleBeyondItsMemory(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	var w warnings
	c := newClient(t, s, key("member"), w.listen, environ(
		"WANDB_X_FILE_STREAM_RETRY_WAIT_MIN_SECONDS", "0.01", "WANDB_X_FILE_STREAM_RETRY_WAIT_MAX_SECONDS", "0.01"))
	away := s.Inject(wandbtest.Fault{Operation: "file_stream", Status: http.StatusServiceUnavailable})
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "r1"})
	require.NoError(t, err)
	out := run.Stdout(io.Discard)
	const lines = 6500
	for i := range lines { // 3,000 characters each, 19.5 MB; the memory has 16 MiB
		_, err := fmt.Fprintf(out, "%05d %s\n", i, strings.Repeat("x", 3000))
		require.NoError(t, err)
	}
	away.Remove()
	require.NoError(t, run.Finish(t.Context()))
	v := onServer(t, s, "acme", "team", "r1")
	assert.Less(t, len(v.Logs), lines)
	assert.Equal(t, lines, strings.Count(string(v.Files["output.log"]), "\n"))
	assert.Contains(t, w.all(), "the server is behind: console lines are missing in the logs tab; the file has all of them")
}
