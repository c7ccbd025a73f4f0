package syncrun_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/sink"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// flip changes a bit in a record, counted from 0. All records of the test are in the
// first block and in one piece.
func flip(t *testing.T, path string, record int) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	at := 7
	for range record {
		at += 7 + int(binary.LittleEndian.Uint16(text[at+4:]))
	}
	text[at+10] ^= 1
	require.NoError(t, os.WriteFile(path, text, 0o600))
}

// One flipped bit in the run record loses the name and the tags, but not the run.
func TestSync_DamagedRunRecord_UploadsTheRun(t *testing.T) {
	t.Parallel()
	telemetry := &record.Telemetry{CLIVersion: "1"}
	later := runBody(func(r *record.Run) { r.ID, r.DisplayName = "r9", "renamed" })
	tests := []struct {
		name, file string
		more       []record.Record
		note       *rundir.Uploaded
		o          syncrun.Options
		want       sink.Target
		display    string
		err        error
	}{
		{name: "the file names it", file: "run-r7.wandb", want: sink.Target{Entity: "acme", Project: "p", RunID: "r7"}},
		{name: "the directory names it", file: "copy.wandb", want: sink.Target{Entity: "acme", Project: "p", RunID: "r1"}},
		{
			name: "a later record names it", file: "run-r7.wandb", more: some(later),
			want: sink.Target{Entity: "acme", Project: "p", RunID: "r9"}, display: "renamed",
		},
		{
			name: "a note says where it is", file: "run-r7.wandb", note: &rundir.Uploaded{Entity: "team", Project: "vision"},
			want: sink.Target{Entity: "team", Project: "vision", RunID: "r7"},
		},
		{
			name: "the settings say where to", file: "run-r7.wandb", o: syncrun.Options{DefaultEntity: "jo", DefaultProject: "q"},
			want: sink.Target{Entity: "jo", Project: "q", RunID: "r7"},
		},
		{
			name: "it is told", file: "copy.wandb", o: syncrun.Options{Entity: "team", Project: "vision", RunID: "r5"},
			want: sink.Target{Entity: "team", Project: "vision", RunID: "r5"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := writeLog(t, t.TempDir(), runDir, ours, bodies(
				some(runBody(), telemetry), rowsOf(0, 9),
				some(&record.Stats{Timestamp: begin.Add(3 * time.Second), Items: []record.Item{{Key: "cpu", Value: []byte("7")}}}),
				tt.more, some(&record.Exit{}))...)
			flip(t, path, 1)
			moved := filepath.Join(filepath.Dir(path), tt.file)
			require.NoError(t, os.Rename(path, moved))
			if tt.note != nil {
				require.NoError(t, rundir.Of(moved).SaveUploaded(*tt.note))
			}
			s := newServer()
			r := syncPaths(t, s, tt.o, moved)[0]
			require.NoError(t, r.Err)
			assert.Equal(t, syncrun.Synced, r.Outcome)
			assert.Equal(t, tt.want, sink.Target{Entity: r.Entity, Project: r.Project, RunID: r.RunID})
			assert.Equal(t, count(0, 9), s.steps(t))
			assert.JSONEq(t, `{"_wandb":true,"_timestamp":1800000003,"_runtime":3,"system.cpu":7}`, s.lines[eventsFile][0])
			assert.EqualValues(t, 1, r.DamagedParts)
			if tt.display == "" {
				require.Len(t, r.Warnings, 1)
				assert.Contains(t, r.Warnings[0], "the record that describes the run is damaged")
				assert.Nil(t, s.upserts[0].DisplayName)
			} else {
				assert.Equal(t, tt.display, *s.upserts[0].DisplayName)
			}
		})
	}
}

// The error names the remedy.
func TestSync_LogWithoutRunID_ReturnsErrNoRun(t *testing.T) {
	t.Parallel()
	path := writeLog(t, t.TempDir(), "some-directory", ours, bodies(some(runBody()), rowsOf(0, 3), some(&record.Exit{}))...)
	flip(t, path, 1)
	copied := filepath.Join(filepath.Dir(path), "copy.wandb")
	require.NoError(t, os.Rename(path, copied))
	r := syncPaths(t, newServer(), syncrun.Options{}, copied)[0]
	assert.Equal(t, syncrun.Failed, r.Outcome)
	require.ErrorIs(t, r.Err, syncrun.ErrNoRun)

	ruined := filepath.Join(filepath.Dir(path), "run-r2.wandb")
	require.NoError(t, os.WriteFile(ruined, append([]byte(":W&B\xe1\xbe\x00"), make([]byte, 500)...), 0o600))
	hole(t, ruined, 100)
	old(t, ruined)
	r = syncPaths(t, newServer(), syncrun.Options{}, ruined)[0]
	assert.Equal(t, syncrun.Failed, r.Outcome)
	require.ErrorIs(t, r.Err, syncrun.ErrUnreadable)
}

// Only this client locks its logs. It is recognized even if the header is damaged.
func TestLog_Ours_DependsOnHeaderNoteAndTelemetry(t *testing.T) {
	t.Parallel()
	telemetry := func(python string) record.Record { return &record.Telemetry{CLIVersion: "1", PythonVersion: python} }
	liveNote := &rundir.Uploaded{Entity: "acme", Project: "p", BaseURL: "http://server"}
	syncNote := &rundir.Uploaded{Entity: "acme", Project: "p", BaseURL: "http://server", StorageID: "storage-id"}
	tests := []struct {
		name, producer string
		telemetry      record.Record
		note           *rundir.Uploaded
		damaged        int // record, -1 for none
		want           bool
	}{
		{"the header says ours", ours, telemetry(""), nil, -1, true},
		{"the header says official", official, telemetry("3.12"), nil, -1, false},
		{"the header is damaged, telemetry says ours", ours, telemetry(""), nil, 0, true},
		{"the header is damaged, telemetry says official", official, telemetry("3.12"), nil, 0, false},
		{"the header is damaged, the note is of a running run", ours, &record.Preempting{}, liveNote, 0, true},
		{"the header is damaged, the note is of a sync", official, telemetry("3.12"), syncNote, 0, false},
		{"nothing says", ours, &record.Preempting{}, nil, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := writeLog(t, t.TempDir(), "run-20270115_080000-r1", tt.producer, bodies(some(runBody(), tt.telemetry), rowsOf(0, 3))...)
			if tt.damaged >= 0 {
				flip(t, path, tt.damaged)
			}
			if tt.note != nil {
				require.NoError(t, rundir.Of(path).SaveUploaded(*tt.note))
			}
			logs, err := syncrun.Find(path)
			require.NoError(t, err)
			require.Len(t, logs, 1)
			assert.Equal(t, tt.want, logs[0].Ours())
			r := syncPaths(t, newServer(), syncrun.Options{}, path)[0]
			if tt.want {
				assert.Equal(t, syncrun.Synced, r.Outcome, "nobody holds its lock: it crashed")
			} else {
				assert.Equal(t, syncrun.Skipped, r.Outcome, "it changed a moment ago")
			}
			old(t, path)
			r = syncPaths(t, newServer(), syncrun.Options{IncludeSynced: true}, path)[0]
			assert.Equal(t, syncrun.Synced, r.Outcome)
			assert.True(t, r.Crashed)
		})
	}
}

// A live run's log may be empty when it is found, and have records when it is read.
func TestSync_LogIsEmptyWhenFound_UploadsWhatItHasWhenRead(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]syncrun.Options{"sync": {}, "dry run": {DryRun: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, s := t.TempDir(), newServer()
			path := filepath.Join(root, "run-x", "run-r1.wandb")
			writeLog(t, root, "run-x", ours, bodies(some(runBody()), rowsOf(0, 3), some(&record.Exit{}))...)
			syncPaths(t, s, syncrun.Options{}, root) // the server has the run
			for _, note := range []string{".synced", ".uploaded"} {
				require.NoError(t, os.Remove(path+note))
			}
			full, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.Truncate(path, 0))
			logs, err := syncrun.Find(root)
			require.NoError(t, err)
			require.Nil(t, logs[0].Run)
			require.NoError(t, os.WriteFile(path, full, 0o600))

			o.BaseURL, o.DefaultEntity, o.DefaultProject = "http://server", "acme", "p"
			results, err := (&syncrun.Engine{Server: s, Options: o}).Sync(t.Context(), logs)
			require.NoError(t, err)
			require.NoError(t, results[0].Err)
			assert.EqualValues(t, 3, results[0].Rows)
			assert.Equal(t, count(0, 3), s.steps(t))
		})
	}
}
