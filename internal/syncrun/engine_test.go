package syncrun_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/syncrun"
)

func mkdir(path string) error { return os.MkdirAll(path, 0o700) }

const (
	ours     = "wandgo test"
	official = "0.31.0+abc"
)

func bodies(parts ...[]record.Record) []record.Record {
	var all []record.Record
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func some(b ...record.Record) []record.Record { return b }

func TestSync_WholeRun_UploadsEverything(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	path := writeLog(t, root, "offline-run-x", official, bodies(
		some(runBody(), &record.Config{Update: []record.Item{{Key: "lr", Value: []byte("0.5")}}},
			&record.Telemetry{Feature: []int32{4}, CLIVersion: "1.2.3", PythonVersion: "3.11"},
			&record.Metric{Name: "loss", StepMetric: "epoch", Defined: true},
			&record.Environment{OS: "Linux", Program: "train.py", WriterID: "w1"},
			&record.Files{Files: []record.File{{Path: "a.txt"}, {Path: "gone.txt"}, {Path: "../escape"}, {Path: "a.txt"}, {Path: "config.yaml"}}}),
		rowsOf(0, 5),
		some(&record.Stats{Timestamp: begin.Add(2 * time.Second), Items: []record.Item{{Key: "cpu", Value: []byte("7")}}},
			&record.OutputRaw{Stdout: true, Timestamp: begin, Text: "10%\r99%\nlast"},
			&record.OutputRaw{Timestamp: begin.Add(time.Second), Text: "oh no\n"},
			&record.Alert{Title: "look", Text: "here"},
			summaryBody("loss", "4"), summaryBody("_step", "4"), &record.Exit{Code: 0}),
	)...)
	s := newServer()
	s.missing["gone.txt"] = fs.ErrNotExist
	var phases []syncrun.Phase
	r := syncPaths(t, s, syncrun.Options{Progress: func(p syncrun.Progress) { phases = append(phases, p.Phase) }}, path)[0]
	require.NoError(t, r.Err)
	assert.Equal(t, syncrun.Synced, r.Outcome)
	assert.Equal(t, []syncrun.Phase{syncrun.Reading, syncrun.Asking, syncrun.Finished}, phases)
	assert.EqualValues(t, 5, r.RowsSent)
	assert.EqualValues(t, 1, r.EventsSent)
	assert.EqualValues(t, 3, r.ConsoleLines)
	assert.Equal(t, []string{"gone.txt"}, r.MissingFiles)
	assert.Equal(t, []string{"a.txt", "config.yaml", "output.log", "wandb-metadata.json", "wandb-summary.json"}, r.Files)
	require.Len(t, r.Warnings, 1)
	assert.Contains(t, r.Warnings[0], "../escape")
	assert.Equal(t, 1, r.Alerts)
	assert.Equal(t, []string{"look"}, s.alerts)
	require.NotNil(t, s.exit)
	assert.Zero(t, *s.exit)

	assert.Equal(t, count(0, 5), s.steps(t))
	assert.JSONEq(t, `{"loss":4,"_step":4}`, s.lines[summaryFile][0])
	assert.Equal(t, []string{
		"2027-01-15T08:00:00.000000 99%", "2027-01-15T08:00:00.000000 last", "ERROR 2027-01-15T08:00:01.000000 oh no",
	}, s.lines[consoleFile], "the times are those of the program")
	assert.JSONEq(t, `{"_wandb":true,"_timestamp":1800000002,"_runtime":2,"system.cpu":7}`, s.lines[eventsFile][0])
	assert.JSONEq(t, `{"lr":{"value":0.5},"_wandb":{"value":{"cli_version":"1.2.3","python_version":"3.11",
		"t":{"3":[4,76],"4":"3.11","5":"1.2.3"},"m":[{"1":"loss","5":2,"6":[3],"7":[]},{"1":"epoch","6":[],"7":[]}],
		"e":{"w1":{"os":"Linux","program":"train.py","writerId":"w1"}}}}}`, s.config)
	in := s.upserts[0]
	assert.Nil(t, in.Id)
	assert.Equal(t, "named", *in.DisplayName)
	assert.Equal(t, "train.py", *in.JobProgram)
	assert.True(t, rundir.Of(path).Synced())
	assert.FileExists(t, path+".syncstate")

	r = syncPaths(t, s, syncrun.Options{}, root)[0]
	assert.Equal(t, syncrun.Skipped, r.Outcome)
	r = syncPaths(t, s, syncrun.Options{IncludeSynced: true}, root)[0]
	assert.Equal(t, syncrun.Synced, r.Outcome)
	assert.Zero(t, r.RowsSent+r.EventsSent)
	assert.Equal(t, []string{"look"}, s.alerts, "an alert is raised once")
	assert.Len(t, s.lines[consoleFile], 3)
	assert.Len(t, s.lines[eventsFile], 1)
}

// The summary is updated with the rows after the last summary record.
func TestSync_LogWithoutExit_BecomesFailed(t *testing.T) {
	t.Parallel()
	metric := &record.Metric{Name: "loss", Defined: true, Summary: record.SummaryMin | record.SummaryMean}
	path := writeLog(t, t.TempDir(), "run-x", ours, bodies(
		some(runBody(), metric), rowsOf(1, 3),
		some(&record.Summary{Update: []record.Item{
			{NestedKey: []string{"loss", "min"}, Value: []byte("1")},
			{NestedKey: []string{"loss", "mean"}, Value: []byte("1.5")},
			{NestedKey: []string{"own"}, Value: []byte(`"kept"`)},
			{NestedKey: []string{"_step"}, Value: []byte("2")},
		}}),
		rowsOf(3, 6),
		some(row(6, 6, record.Item{NestedKey: []string{"deep", "x"}, Value: []byte("8")})),
	)...)
	s := newServer()
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	require.NoError(t, r.Err)
	assert.True(t, r.Crashed)
	assert.Equal(t, 1, *s.exit)
	assert.JSONEq(t, `{"loss":{"min":1,"mean":3.5},"own":"kept","deep":{"x":8},"_step":6,"_runtime":6,"_timestamp":1800000006,
		"_wandb":{"runtime":6}}`, s.lines[summaryFile][0])
}

// The official client also writes summary records separately from rows. The rows after the
// last one are in the summary nevertheless.
func TestSync_OfficialLogWithoutExit_SummaryHasTheLastRows(t *testing.T) {
	t.Parallel()
	path := writeLog(t, t.TempDir(), "offline-run-x", official, bodies(
		some(runBody(), row(0, 1, record.Item{NestedKey: []string{"i"}, Value: []byte("0")})),
		some(&record.Summary{Update: []record.Item{
			{NestedKey: []string{"i"}, Value: []byte("0")}, {NestedKey: []string{"_step"}, Value: []byte("0")},
		}}),
		some(row(1, 2, record.Item{NestedKey: []string{"i"}, Value: []byte("1")})),
		some(row(2, 3, record.Item{NestedKey: []string{"i"}, Value: []byte("2")}, record.Item{NestedKey: []string{"w"}, Value: []byte("5")})),
	)...)
	old(t, path)
	s := newServer()
	require.NoError(t, syncPaths(t, s, syncrun.Options{}, path)[0].Err)
	var summary map[string]any
	require.NoError(t, json.Unmarshal([]byte(s.lines[summaryFile][0]), &summary))
	assert.InDelta(t, 2, summary["i"], 0)
	assert.InDelta(t, 5, summary["w"], 0)
	assert.InDelta(t, 2, summary["_step"], 0)
}

// serverWith returns a server that has the first rows of a run.
func serverWith(rows []record.Record, t *testing.T) *server {
	t.Helper()
	s := newServer()
	path := writeLog(t, t.TempDir(), "offline-run-x", ours, bodies(some(runBody()), rows)...)
	require.NoError(t, syncPaths(t, s, syncrun.Options{}, path)[0].Err)
	s.exit, s.again, s.posts = nil, 0, 0
	return s
}

// online writes the note of an online run.
func online(t *testing.T, path string, history int64) {
	t.Helper()
	require.NoError(t, rundir.Of(path).SaveUploaded(rundir.Uploaded{
		History: history, Entity: "acme", Project: "p", BaseURL: "http://server",
	}))
}

func TestSync_ServerHasPart_SendsTheRest(t *testing.T) {
	t.Parallel()
	at := func(step int64, seconds float64) *record.History { return row(step, seconds) }
	cases := map[string]struct {
		server []record.Record // the rows that it has
		log    []record.Record // the rows on disk
		note   int64           // rows that a note says are there, -1 without one
		want   []int64         // steps on the server then
		sent   int64
		err    error
	}{
		"the same run, whole":               {rowsOf(0, 9), rowsOf(0, 9), -1, count(0, 9), 0, nil},
		"the same run, a part":              {rowsOf(0, 4), rowsOf(0, 9), -1, count(0, 9), 5, nil},
		"a note that is behind":             {rowsOf(0, 7), rowsOf(0, 9), 2, count(0, 9), 2, nil},
		"a note that is ahead":              {rowsOf(0, 3), rowsOf(0, 9), 9, count(0, 9), 6, nil},
		"more on the server than on disk":   {rowsOf(0, 9), rowsOf(0, 6), 4, count(0, 9), 0, nil},
		"a row that only the server has":    {rowsOf(0, 5), append(rowsOf(0, 4), rowsOf(5, 9)...), 2, count(0, 9), 4, nil},
		"a row that is nowhere":             {rowsOf(0, 3), append(rowsOf(0, 4), rowsOf(5, 9)...), 2, []int64{0, 1, 2, 3, 5, 6, 7, 8}, 5, nil},
		"a later part, steps from zero":     {rowsOf(0, 5), some(at(0, 100), at(1, 101)), -1, count(0, 7), 2, nil},
		"a later part, steps go on":         {rowsOf(0, 5), some(at(5, 100), at(6, 101)), -1, count(0, 7), 2, nil},
		"a later part, steps overlap":       {rowsOf(0, 5), some(at(3, 100), at(4, 101)), -1, count(0, 7), 2, nil},
		"a later part with gaps":            {rowsOf(0, 2), some(at(0, 100), at(10, 101)), -1, []int64{0, 1, 2, 12}, 2, nil},
		"nothing there yet":                 {nil, rowsOf(0, 3), -1, count(0, 3), 3, nil},
		"nothing to send":                   {rowsOf(0, 3), nil, -1, count(0, 3), 0, nil},
		"other rows at the same time":       {some(at(0, 5), at(1, 6)), rowsOf(0, 9), -1, []int64{0, 1}, 0, syncrun.ErrConflict},
		"other rows later":                  {some(at(0, 50), at(1, 60)), rowsOf(0, 9), -1, []int64{0, 1}, 0, syncrun.ErrConflict},
		"other rows long after, with note":  {some(at(0, 0), at(20, 600)), rowsOf(0, 9), 1, []int64{0, 20}, 0, syncrun.ErrStillWritten},
		"the same steps at different times": {rowsOf(0, 5), some(at(4, 1.5), at(5, 2)), -1, count(0, 5), 0, syncrun.ErrConflict},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serverWith(c.server, t)
			path := writeLog(t, t.TempDir(), "run-y", ours, bodies(some(runBody()), c.log, some(&record.Exit{Code: 3}))...)
			if c.note >= 0 {
				online(t, path, c.note)
			}
			r := syncPaths(t, s, syncrun.Options{}, path)[0]
			require.ErrorIs(t, r.Err, c.err)
			assert.Equal(t, c.want, s.steps(t))
			assert.Equal(t, c.sent, r.RowsSent)
			if c.err != nil {
				assert.Zero(t, s.posts, "nothing is touched")
				assert.False(t, rundir.Of(path).Synced())
				return
			}
			assert.Equal(t, 3, *s.exit)
			assert.Equal(t, r.Rows, r.RowsSent+r.RowsBefore)
			r = syncPaths(t, s, syncrun.Options{IncludeSynced: true}, path)[0]
			require.NoError(t, r.Err)
			assert.Equal(t, c.want, s.steps(t), "a second time")
			assert.Zero(t, r.RowsSent)
			assert.Equal(t, r.Rows, r.RowsBefore)
		})
	}
}

// A flipped bit loses its row and does not move the others.
func TestSync_DamagedLog_SendsTheRest(t *testing.T) {
	t.Parallel()
	path := writeLog(t, t.TempDir(), "offline-run-x", ours, bodies(some(runBody()), rowsOf(0, 50), some(&record.Exit{}))...)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	text[len(text)/2] ^= 4
	require.NoError(t, os.WriteFile(path, text, 0o600))

	s := newServer()
	s.failAt = 1
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	require.ErrorIs(t, r.Err, errBroken)
	r = syncPaths(t, s, syncrun.Options{}, path)[0]
	require.NoError(t, r.Err)
	assert.EqualValues(t, 1, r.DamagedParts)
	assert.Contains(t, r.Damage[0], "wrong checksum")
	steps := s.steps(t)
	assert.Len(t, steps, 49)
	assert.IsIncreasing(t, steps)
}

// The second log resumed the run at the server's last row. The rest of the first log is
// added behind the rows of the second.
func TestSync_ContinuedByLaterLog_AddsUnsentRows(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	first := writeLog(t, root, "run-1", ours, bodies(some(runBody()), rowsOf(0, 8))...)
	online(t, first, 5)
	second := writeLog(t, root, "run-2", ours, bodies(
		some(runBody(func(r *record.Run) { r.StartTime, r.Resumed, r.StartingStep = begin.Add(time.Minute), true, 5 })),
		rowsOf(60, 62), some(&record.Exit{}))...)
	s := serverWith(append(rowsOf(0, 5), rowsOf(60, 61)...), t)
	results := syncPaths(t, s, syncrun.Options{}, root)
	require.Len(t, results, 2)
	assert.Equal(t, syncrun.Synced, results[0].Outcome)
	assert.Empty(t, results[0].Warnings)
	assert.EqualValues(t, 3, results[0].RowsSent)
	assert.EqualValues(t, 5, results[0].RowsBefore, "those before the second part")
	assert.Equal(t, second, results[1].Path)
	assert.Equal(t, []int64{0, 1, 2, 3, 4, 60, 61, 5, 6, 7}, s.steps(t))
	assert.Zero(t, *s.exit)
}

func TestSync_NothingToDo_IsSkipped(t *testing.T) {
	t.Parallel()
	// The official client does not lock its logs: one that has just changed and has no exit
	// record is in use.
	live := writeLog(t, t.TempDir(), "offline-run-live", official, bodies(some(runBody()), rowsOf(0, 3))...)
	r := syncPaths(t, newServer(), syncrun.Options{}, live)[0]
	assert.Equal(t, syncrun.Skipped, r.Outcome)
	require.NoError(t, os.Chtimes(live, time.Time{}, time.Now().Add(-time.Hour)))
	r = syncPaths(t, newServer(), syncrun.Options{}, live)[0]
	assert.Equal(t, syncrun.Synced, r.Outcome)

	empty := filepath.Join(t.TempDir(), "offline-run-empty", "run-e.wandb")
	require.NoError(t, mkdir(filepath.Dir(empty)))
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	require.NoError(t, os.Chtimes(empty, time.Time{}, time.Now().Add(-time.Hour)))
	r = syncPaths(t, newServer(), syncrun.Options{}, empty)[0]
	assert.Equal(t, syncrun.Skipped, r.Outcome)
	assert.Equal(t, "the log is empty", r.Reason)

	require.NoError(t, os.WriteFile(empty, []byte("not a log, certainly not"), 0o600))
	r = syncPaths(t, newServer(), syncrun.Options{}, empty)[0]
	assert.Equal(t, syncrun.Failed, r.Outcome)
	require.ErrorIs(t, r.Err, journal.ErrFormat)
}

// With IncludeOnline a run in progress is uploaded up to its last record. The next sync
// uploads the rest.
func TestSync_RunInProgress_IsNotEnded(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "offline-run-live")
	require.NoError(t, mkdir(root))
	path := filepath.Join(root, "run-r1.wandb")
	w, err := journal.Create(path, journal.Options{})
	require.NoError(t, err)
	defer w.Close()
	put := func(all ...record.Record) {
		for _, b := range all {
			require.NoError(t, w.Append(b))
		}
		require.NoError(t, w.Flush())
	}
	put(bodies(some(&record.Header{Producer: ours}, runBody()), rowsOf(0, 4))...)
	unlock, err := journal.Lock(path)
	if err == nil || !strings.Contains(err.Error(), "in use") {
		if unlock != nil {
			unlock()
		}
		t.Skip("no locks here")
	}
	s := newServer()
	assert.Equal(t, syncrun.Skipped, syncPaths(t, s, syncrun.Options{}, root)[0].Outcome)
	r := syncPaths(t, s, syncrun.Options{IncludeOnline: true}, root)[0]
	require.NoError(t, r.Err)
	assert.Equal(t, syncrun.Running, r.Outcome)
	assert.Nil(t, r.ExitCode)
	assert.Nil(t, s.exit)
	assert.False(t, rundir.Of(path).Synced())
	assert.Equal(t, count(0, 4), s.steps(t))

	put(bodies(rowsOf(4, 6), some(&record.Exit{}))...)
	require.NoError(t, w.Close())
	r = syncPaths(t, s, syncrun.Options{}, root)[0]
	require.NoError(t, r.Err)
	assert.EqualValues(t, 2, r.RowsSent)
	assert.Equal(t, count(0, 6), s.steps(t))
	assert.Zero(t, *s.exit)
}

func TestSync_ContextCanceled_IsInterrupted(t *testing.T) {
	t.Parallel()
	path := writeLog(t, t.TempDir(), "offline-run-x", ours, bodies(some(runBody()), rowsOf(0, 3))...)
	logs, err := syncrun.Find(path)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	results, err := (&syncrun.Engine{Server: newServer()}).Sync(ctx, logs)
	require.NoError(t, err)
	require.ErrorIs(t, results[0].Err, context.Canceled)
}

// Memory does not grow with the run.
func TestSync_LongRun_NeedsNoMoreMemory(t *testing.T) { //nolint:paralleltest // others would count
	rows := 20_000
	if os.Getenv("WANDGO_SYNC_ROWS") != "" {
		require.NoError(t, json.Unmarshal([]byte(os.Getenv("WANDGO_SYNC_ROWS")), &rows))
	}
	peak := func(rows int) uint64 {
		root := filepath.Join(t.TempDir(), "offline-run-x")
		require.NoError(t, mkdir(root))
		w, err := journal.Create(filepath.Join(root, "run-r1.wandb"), journal.Options{})
		require.NoError(t, err)
		require.NoError(t, w.Append(runBody()))
		line := []byte(`{"loss":0.123456,"accuracy":0.98,"deep":{"x":1,"y":2.5},"text":"` + strings.Repeat("x", 600) + `","_runtime":1.5,"_timestamp":1800000000.5,"_step":0}`)
		for i := range rows {
			require.NoError(t, w.AppendRow(&record.Row{Line: line, Step: int64(i)}))
			if i%10 == 0 {
				require.NoError(t, w.Append(&record.OutputRaw{Stdout: true, Text: "epoch done\n", Timestamp: begin}))
			}
		}
		require.NoError(t, w.Append(&record.Exit{}))
		require.NoError(t, w.Close())
		s := newServer()
		s.discard = true
		var most uint64
		s.onPost = func() {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		start := time.Now()
		r := syncPaths(t, s, syncrun.Options{}, root)[0]
		require.NoError(t, r.Err)
		require.EqualValues(t, rows, s.rows)
		t.Logf("%d rows in %v, %d requests of %d bytes at most, heap of %.1f MB at most", rows,
			time.Since(start).Round(time.Millisecond), s.posts, s.largest, float64(most)/1e6)
		return most
	}
	small, large := peak(rows/4), peak(rows)
	assert.Less(t, large, small+8<<20)
}
