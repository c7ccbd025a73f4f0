package syncrun_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// A process whose disk got full has two logs. If the first cannot be uploaded, the second
// waits for it; the log of another process does not.
func TestSync_FirstOfTwoLogsFails_SecondOfTheProcessWaits(t *testing.T) {
	t.Parallel()
	later := func(minutes int, step int64) *record.Run {
		return runBody(func(r *record.Run) {
			r.StartTime, r.StartingStep, r.Resume = begin.Add(time.Duration(minutes)*time.Minute), step, true
		})
	}
	other := row(20, 7)
	for i := range other.Items {
		if other.Items[i].NestedKey[0] == "_runtime" {
			other.Items[i].Value = []byte("1")
		}
	}
	root := t.TempDir()
	first := writeLog(t, root, "offline-run-1", ours, bodies(some(later(0, 0)), rowsOf(0, 5))...)
	second := writeLog(t, root, "offline-run-2", ours, bodies(some(later(1, 5)), rowsOf(5, 7), some(&record.Exit{}))...)
	third := writeLog(t, root, "offline-run-3", ours, bodies(some(later(2, 0)), some(other, &record.Exit{}))...)
	s := newServer()
	s.failAt = 1

	results := syncPaths(t, s, syncrun.Options{}, root)
	require.Len(t, results, 3)
	require.ErrorIs(t, results[0].Err, errBroken)
	require.ErrorIs(t, results[1].Err, errBroken)
	assert.EqualError(t, results[1].Err, "sync "+second+": upload rows that follow those in another log: "+results[0].Err.Error())
	assert.Contains(t, results[0].Err.Error(), first)
	assert.EqualValues(t, 2, results[1].Unsent)
	require.NoError(t, results[2].Err, third)
	assert.Equal(t, []int64{20}, s.steps(t))

	for _, r := range syncPaths(t, s, syncrun.Options{}, root) {
		require.NoError(t, r.Err)
	}
	assert.Equal(t, []int64{20, 0, 1, 2, 3, 4, 5, 6}, s.steps(t))
}

// Another sync may be uploading the first log of a process when the second is found.
func TestSync_FirstOfTwoLogsIsInUse_SecondOfTheProcessIsSkipped(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	first := writeLog(t, root, "offline-run-1", ours, bodies(some(runBody()), rowsOf(0, 5))...)
	later := func(minutes int, step int64) *record.Run {
		return runBody(func(r *record.Run) {
			r.StartTime, r.StartingStep, r.Resume = begin.Add(time.Duration(minutes)*time.Minute), step, true
		})
	}
	writeLog(t, root, "offline-run-2", ours, bodies(some(later(1, 5)), rowsOf(5, 7), some(&record.Exit{}))...)
	writeLog(t, root, "offline-run-3", ours, bodies(some(later(2, 7)), rowsOf(7, 8), some(&record.Exit{}))...)
	unlock, err := journal.Lock(first)
	require.NoError(t, err)
	s := newServer()
	results := syncPaths(t, s, syncrun.Options{}, root)
	unlock()
	require.True(t, results[0].InUse)
	for i, unsent := range []int64{2, 1} {
		r := &results[i+1]
		require.NoError(t, r.Err)
		assert.Equal(t, syncrun.Skipped, r.Outcome)
		assert.Equal(t, "its rows follow those in another log, which was skipped: "+results[0].Reason, r.Reason)
		assert.True(t, r.Waits)
		assert.False(t, r.InUse)
		assert.Equal(t, unsent, r.Unsent)
	}
	for _, r := range syncPaths(t, s, syncrun.Options{}, root) {
		require.NoError(t, r.Err)
	}
	assert.Equal(t, []int64{0, 1, 2, 3, 4, 5, 6, 7}, s.steps(t))
}

// A process that logged no row ended before another one continued the run.
func TestSync_NoRowsOfAnEarlierProcess_LeavesHowTheRunEnded(t *testing.T) {
	t.Parallel()
	s := serverWith(append(rowsOf(0, 3), &record.Exit{}), t)
	s.exit = new(int)
	path := writeLog(t, t.TempDir(), "run-1", ours,
		some(runBody(func(r *record.Run) { r.StartTime = begin.Add(-time.Minute) }), &record.Exit{Code: 1})...)
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	require.NoError(t, r.Err)
	assert.Equal(t, syncrun.Synced, r.Outcome)
	assert.Zero(t, *s.exit)
	assert.Equal(t, []int64{0, 1, 2}, s.steps(t))
}
