package syncrun_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// Quoted rows are longer than the log's, so that the stream sends a full request while
// the rest is still being replayed.
func TestSync_RequestFullBeforeFlush_SendsSummaryAfterRows(t *testing.T) {
	t.Parallel()
	const rows = 33_000
	root := filepath.Join(t.TempDir(), "offline-run-x")
	require.NoError(t, mkdir(root))
	w, err := journal.Create(filepath.Join(root, "run-r1.wandb"), journal.Options{})
	require.NoError(t, err)
	require.NoError(t, w.Append(runBody()))
	line := []byte(`{"loss":0.123456,"accuracy":0.98,"deep":{"x":1,"y":2.5},"_runtime":1.5,"_timestamp":1800000000.5,"_step":0}`)
	for i := range rows {
		require.NoError(t, w.AppendRow(&record.Row{Line: line, Step: int64(i)}))
	}
	require.NoError(t, w.Append(summaryBody("best", "7")))
	require.NoError(t, w.Append(&record.Exit{}))
	require.NoError(t, w.Close())

	s := newServer()
	r := syncPaths(t, s, syncrun.Options{}, root)[0]

	require.NoError(t, r.Err)
	assert.EqualValues(t, rows, r.RowsSent)
	assert.Len(t, s.lines[historyFile], rows)
	require.Len(t, s.lines[summaryFile], 1)
	assert.Contains(t, s.lines[summaryFile][0], `"best":7`)
	assert.Zero(t, s.again)
}

// The memory for waiting console lines is bounded, even if they are short.
func TestSync_ManyShortConsoleLines_SendsThemInParts(t *testing.T) {
	t.Parallel()
	const lines = 70_000
	root := filepath.Join(t.TempDir(), "offline-run-x")
	require.NoError(t, mkdir(root))
	w, err := journal.Create(filepath.Join(root, "run-r1.wandb"), journal.Options{})
	require.NoError(t, err)
	require.NoError(t, w.Append(runBody()))
	text := strings.Repeat("x\n", 1000)
	for range lines / 1000 {
		require.NoError(t, w.Append(&record.OutputRaw{Stdout: true, Text: text, Timestamp: begin}))
	}
	require.NoError(t, w.Append(&record.Exit{}))
	require.NoError(t, w.Close())

	s := newServer()
	r := syncPaths(t, s, syncrun.Options{}, root)[0]

	require.NoError(t, r.Err)
	assert.EqualValues(t, lines, r.ConsoleLines)
	assert.Len(t, s.lines["output.log"], lines)
	assert.Zero(t, s.again)
	assert.GreaterOrEqual(t, s.posts, 3)
}
