package syncrun_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// branch makes a run record as both clients write it of a run that leaves another.
func branch(from, metric string, step float64) func(*record.Run) {
	return func(r *record.Run) { r.BranchPoint = &record.BranchPoint{Run: from, Value: step, Metric: metric} }
}

// TestSync_RewoundRun_RewindsBeforeUpload: when the run on the server is rewound before a log is uploaded. The
// server has the rows 0 to 8 of the run.
func TestSync_RewoundRun_RewindsBeforeUpload(t *testing.T) {
	t.Parallel()
	note := func(l *rundir.Dir) error {
		return l.SaveUploaded(rundir.Uploaded{
			Base: rundir.Lines{History: 4}, History: 5, Entity: "acme", Project: "p", BaseURL: "http://server",
		})
	}
	for name, tt := range map[string]struct {
		run     func(*record.Run)
		rows    []record.Record
		before  func(*rundir.Dir) error
		options syncrun.Options
		rewinds int
		want    []int64
	}{
		"never uploaded":     {branch("r1", "_step", 3), some(row(4, 100), row(5, 101)), nil, syncrun.Options{}, 1, count(0, 6)},
		"a part is uploaded": {branch("r1", "_step", 3), rowsOf(4, 12), nil, syncrun.Options{}, 0, count(0, 12)},
		"noted as uploaded":  {branch("r1", "_step", 3), rowsOf(4, 9), note, syncrun.Options{}, 0, count(0, 9)},
		"marked as synced": {
			branch("r1", "_step", 3), some(row(4, 1), row(5, 2)), (*rundir.Dir).MarkSynced,
			syncrun.Options{},
			0, count(0, 9),
		},
		"under another id":  {branch("r1", "_step", 8), some(row(9, 100)), nil, syncrun.Options{RunID: "r2"}, 0, count(0, 10)},
		"of another run":    {branch("r0", "_step", 8), some(row(9, 100)), nil, syncrun.Options{}, 0, count(0, 10)},
		"by another metric": {branch("r1", "loss", 3), some(row(9, 100)), nil, syncrun.Options{}, 0, count(0, 10)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := whereItStands(rowsOf(0, 9), t)
			path := writeLog(t, t.TempDir(), "offline-run-x", official, bodies(some(runBody(tt.run)), tt.rows, some(&record.Exit{}))...)
			if tt.before != nil {
				require.NoError(t, tt.before(rundir.Of(path)))
			}
			require.NoError(t, bring(t, s, tt.options, path)[0].Err)
			assert.Equal(t, tt.rewinds, s.rewinds)
			assert.Equal(t, tt.want, s.steps(t))
		})
	}
}

// A rewound run that crashed did, though the server still counts the run as ended that
// it was before.
func TestSync_RewoundRunWithoutExit_EndsAsFailed(t *testing.T) {
	t.Parallel()
	s := whereItStands(rowsOf(0, 9), t)
	s.state = "finished"
	path := writeLog(t, t.TempDir(), "offline-run-x", ours, some(runBody(branch("r1", "_step", 3)), row(4, 100), row(5, 101))...)
	require.NoError(t, bring(t, s, syncrun.Options{}, path)[0].Err)
	assert.Equal(t, count(0, 6), s.steps(t))
	require.NotNil(t, s.exit)
	assert.Equal(t, 1, *s.exit)
}

// TestSupersededByRewind: rows of a log that the server had not by when a
// later one rewinds the run have no place.
func TestSync_ReplacedByRewind_ReportsRowsNotUploaded(t *testing.T) {
	t.Parallel()
	s := whereItStands(rowsOf(0, 6), t)
	root := t.TempDir()
	first := writeLog(t, root, "run-1", ours, bodies(some(runBody()), rowsOf(0, 9))...)
	online(t, first, 6)
	writeLog(t, root, "run-2", ours, some(runBody(branch("r1", "_step", 3), func(r *record.Run) { r.StartTime = begin.Add(1) }), row(4, 100))...)
	results := bring(t, s, syncrun.Options{}, root)
	require.NoError(t, results[0].Err)
	assert.Contains(t, results[0].Warnings[0], "from step 4 on were not uploaded")
	require.NoError(t, results[1].Err)
	assert.Equal(t, 1, s.rewinds)
	assert.Equal(t, count(0, 5), s.steps(t))
}

// TestSync_Fork_RowsFollowThoseOfTheParent: the rows that the server gave a new run come before the log's.
func TestSync_Fork_RowsFollowThoseOfTheParent(t *testing.T) {
	t.Parallel()
	s := whereItStands(rowsOf(0, 3), t)
	s.exists = false
	path := writeLog(t, t.TempDir(), "offline-run-x", official, runBody(branch("r0", "_step", 2)), row(3, 3), &record.Exit{})
	require.NoError(t, bring(t, s, syncrun.Options{}, path)[0].Err)
	assert.Equal(t, count(0, 4), s.steps(t))
	assert.Zero(t, s.again)
	assert.Contains(t, s.config, `"branch_point":{"run_id":"r0","step":2}`)
	note, ok := rundir.Of(path).LoadUploaded()
	require.True(t, ok)
	assert.EqualValues(t, 3, note.Base.History)
	require.NoError(t, bring(t, s, syncrun.Options{IncludeSynced: true}, path)[0].Err)
	assert.Equal(t, count(0, 4), s.steps(t))
	assert.Zero(t, s.again)
}
