package syncrun_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// TestSync_RowsBehindLaterOnesWithoutSummary_KeepsTheGreatestStep: the next process must not
// start at a step that is taken, although the last row has a lower one.
func TestSync_RowsBehindLaterOnesWithoutSummary_KeepsTheGreatestStep(t *testing.T) {
	t.Parallel()
	s := serverWith(some(row(20, 100), row(21, 101)), t)
	s.state = "finished"
	delete(s.lines, summaryFile)
	resumes := runBody(func(r *record.Run) { r.Resume = true })
	path := writeLog(t, t.TempDir(), "offline-run-x", ours, bodies(some(resumes), rowsOf(0, 4), some(&record.Exit{}))...)
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	require.NoError(t, r.Err)
	assert.Equal(t, []int64{20, 21, 0, 1, 2, 3}, s.steps(t))
	require.Len(t, s.lines[summaryFile], 1)
	assert.JSONEq(t, `{"_step":21}`, s.lines[summaryFile][0])
}
