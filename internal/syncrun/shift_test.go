package syncrun_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// The official client writes .syncstate also beside the log of an online run. The steps in
// the log of a run that it resumed are the server's already.
func TestSync_OnlineRunResumedByOfficialClient_SendsNoRowTwice(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	first := writeLog(t, root, "run-20270115_080000-r1", official, bodies(some(runBody()), rowsOf(0, 5), some(&record.Exit{}))...)
	second := writeLog(t, root, "run-20270115_090000-r1", official, bodies(
		some(runBody(func(r *record.Run) { r.StartTime = begin.Add(time.Hour) })), rowsOf(5, 10), some(&record.Exit{}))...)
	require.NoError(t, os.WriteFile(first+".syncstate", []byte(`{"starting_step":0,"starting_runtime":0}`), 0o600))
	require.NoError(t, os.WriteFile(second+".syncstate", []byte(`{"starting_step":5,"starting_runtime":111}`), 0o600))
	s := serverWith(rowsOf(0, 10), t)
	for _, r := range syncPaths(t, s, syncrun.Options{}, root) {
		require.NoError(t, r.Err)
		assert.Zero(t, r.RowsSent)
	}
	assert.Equal(t, count(0, 10), s.steps(t))
}
