package syncrun_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// branch adds a branch point to a run record, as both clients do for a fork or a rewind.
func branch(from, metric string, step float64) func(*record.Run) {
	return func(r *record.Run) { r.BranchPoint = &record.BranchPoint{Run: from, Value: step, Metric: metric} }
}

// The server has the rows 0 to 8 of the run.
func TestSync_RewoundRun_RewindsBeforeUpload(t *testing.T) {
	t.Parallel()
	note := func(l *rundir.Dir) error {
		return l.SaveUploaded(rundir.Uploaded{
			Base: record.Lines{History: 4}, History: 5, Entity: "acme", Project: "p", BaseURL: "http://server",
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
			s := serverWith(rowsOf(0, 9), t)
			path := writeLog(t, t.TempDir(), "offline-run-x", official, bodies(some(runBody(tt.run)), tt.rows, some(&record.Exit{}))...)
			if tt.before != nil {
				require.NoError(t, tt.before(rundir.Of(path)))
			}
			require.NoError(t, syncPaths(t, s, tt.options, path)[0].Err)
			assert.Equal(t, tt.rewinds, s.rewinds)
			assert.Equal(t, tt.want, s.steps(t))
		})
	}
}

// The server still has the end of the run before it was rewound.
func TestSync_RewoundRunWithoutExit_EndsAsFailed(t *testing.T) {
	t.Parallel()
	s := serverWith(rowsOf(0, 9), t)
	s.state = "finished"
	path := writeLog(t, t.TempDir(), "offline-run-x", ours, some(runBody(branch("r1", "_step", 3)), row(4, 100), row(5, 101))...)
	require.NoError(t, syncPaths(t, s, syncrun.Options{}, path)[0].Err)
	assert.Equal(t, count(0, 6), s.steps(t))
	require.NotNil(t, s.exit)
	assert.Equal(t, 1, *s.exit)
}

// A later log rewinds the run to before the unsent rows.
func TestSync_ReplacedByRewind_ReportsRowsNotUploaded(t *testing.T) {
	t.Parallel()
	s := serverWith(rowsOf(0, 6), t)
	root := t.TempDir()
	first := writeLog(t, root, "run-1", ours, bodies(some(runBody()), rowsOf(0, 9))...)
	online(t, first, 6)
	writeLog(t, root, "run-2", ours, some(runBody(branch("r1", "_step", 3), func(r *record.Run) { r.StartTime = begin.Add(1) }), row(4, 100))...)
	results := syncPaths(t, s, syncrun.Options{}, root)
	require.NoError(t, results[0].Err)
	assert.Contains(t, results[0].Warnings[0], "from step 4 on were not uploaded")
	require.NoError(t, results[1].Err)
	assert.Equal(t, 1, s.rewinds)
	assert.Equal(t, count(0, 5), s.steps(t))
}

func TestSync_Fork_RowsFollowThoseOfTheParent(t *testing.T) {
	t.Parallel()
	s := serverWith(rowsOf(0, 3), t)
	s.exists = false
	path := writeLog(t, t.TempDir(), "offline-run-x", official, runBody(branch("r0", "_step", 2)), row(3, 3), &record.Exit{})
	require.NoError(t, syncPaths(t, s, syncrun.Options{}, path)[0].Err)
	assert.Equal(t, count(0, 4), s.steps(t))
	assert.Zero(t, s.again)
	assert.Contains(t, s.config, `"branch_point":{"run_id":"r0","step":2}`)
	note, ok := rundir.Of(path).LoadUploaded()
	require.True(t, ok)
	assert.EqualValues(t, 3, note.Base.History)
	require.NoError(t, syncPaths(t, s, syncrun.Options{IncludeSynced: true}, path)[0].Err)
	assert.Equal(t, count(0, 4), s.steps(t))
	assert.Zero(t, s.again)
}
