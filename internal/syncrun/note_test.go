package syncrun_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/sink"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// runDir is the name of an offline run's directory.
const runDir = "offline-run-20270115_080000-r1"

// old makes a log so old that it does not count as in use.
func old(t *testing.T, path string) {
	t.Helper()
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)))
}

// A mark is not proof: the official client also writes it after a failed upload, and it may
// concern another server.
func TestSync_MarkedAsSynced_AsksTheServer(t *testing.T) {
	t.Parallel()
	whole := bodies(some(runBody()), rowsOf(0, 9), some(summaryBody("_step", "8"), &record.Exit{}))
	elsewhere := rundir.Uploaded{
		History: 9, Entity: "acme", Project: "p", StorageID: "storage-id", BaseURL: "http://other", Done: true, Whole: true,
	}
	here := elsewhere
	here.BaseURL = "http://server"
	tests := []struct {
		name   string
		server []record.Record // what it has
		note   *rundir.Uploaded
		o      syncrun.Options
		sent   int64
		skips  bool
		asked  bool
	}{
		{name: "the server has nothing", sent: 9, asked: true},
		{name: "the server has a part", server: bodies(some(runBody()), rowsOf(0, 5)), sent: 4, asked: true},
		{name: "the server has it", server: whole, skips: true, asked: true},
		{name: "the server has it and was not told of the end", server: whole[:len(whole)-1], asked: true},
		{name: "it was another server", note: &elsewhere, sent: 9, asked: true},
		{name: "it was this server", note: &here, skips: true},
		{name: "another entity is asked for", note: &here, o: syncrun.Options{Entity: "alice"}, sent: 9, asked: true},
		{name: "another project is asked for", note: &here, o: syncrun.Options{Project: "q"}, sent: 9, asked: true},
		{name: "another id is asked for", note: &here, o: syncrun.Options{RunID: "r2"}, sent: 9, asked: true},
		{name: "the same place is asked for", note: &here, o: syncrun.Options{Entity: "acme", Project: "p", RunID: "r1"}, skips: true},
	}
	for _, dir := range []string{runDir, "run-20270115_080000-r1"} {
		for _, tt := range tests {
			t.Run(dir+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				s := newServer()
				if tt.server != nil {
					part := writeLog(t, t.TempDir(), "offline-run-x", ours, tt.server...)
					require.NoError(t, syncPaths(t, s, syncrun.Options{}, part)[0].Err)
					if len(tt.server) != len(whole) {
						s.exit, s.state = nil, "crashed"
					}
				}
				path := writeLog(t, t.TempDir(), dir, official, whole...)
				d := rundir.Of(path)
				require.NoError(t, d.MarkSynced())
				if tt.note != nil {
					note, info := *tt.note, stat(t, path)
					note.Bytes = info.Size()
					require.NoError(t, d.SaveUploaded(note))
				}
				s.asked = 0
				r := syncPaths(t, s, tt.o, path)[0]
				require.NoError(t, r.Err)
				assert.Equal(t, tt.sent, r.RowsSent)
				assert.Equal(t, tt.asked, s.asked > 0)
				if !tt.skips {
					require.Equal(t, syncrun.Synced, r.Outcome)
					assert.Equal(t, count(0, 9), s.steps(t))
					assert.Zero(t, *s.exit)
				} else {
					assert.Equal(t, syncrun.Skipped, r.Outcome)
					assert.Equal(t, "synced already", r.Reason)
				}
				s.asked = 0
				r = syncPaths(t, s, tt.o, path)[0]
				assert.Equal(t, syncrun.Skipped, r.Outcome, "a second time")
				assert.Zero(t, s.asked, "it is noted")
			})
		}
	}
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return info
}

func TestSync_LogGrewAfterSync_SendsTheNewRows(t *testing.T) {
	t.Parallel()
	path := writeLog(t, t.TempDir(), runDir, ours, bodies(some(runBody()), rowsOf(0, 4))...)
	s := newServer()
	require.NoError(t, syncPaths(t, s, syncrun.Options{}, path)[0].Err)
	require.Equal(t, 1, *s.exit)
	require.NoError(t, os.Remove(path))
	writeLog(t, filepath.Dir(filepath.Dir(path)), runDir, ours, bodies(some(runBody()), rowsOf(0, 6), some(&record.Exit{}))...)
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	assert.EqualValues(t, 2, r.RowsSent)
	assert.Zero(t, *s.exit)
}

// It is not uploaded to the target in its log as well, unless that is requested.
func TestSync_SyncedElsewhere_IsSkippedUntilRequested(t *testing.T) {
	t.Parallel()
	path := writeLog(t, t.TempDir(), runDir, ours, bodies(some(runBody()), rowsOf(0, 4), some(&record.Exit{}))...)
	s := newServer()
	require.NoError(t, syncPaths(t, s, syncrun.Options{Entity: "alice", RunID: "r2"}, path)[0].Err)
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	assert.Equal(t, syncrun.Skipped, r.Outcome)
	assert.Contains(t, r.Reason, "synced already, as alice/p/r2")
	s = newServer()
	r = syncPaths(t, s, syncrun.Options{Entity: "acme"}, path)[0]
	assert.Equal(t, syncrun.Synced, r.Outcome)
	assert.Equal(t, count(0, 4), s.steps(t))
}

// A mark concerns the target that the log names. Other rows at another target are a
// conflict and not a reason to skip the log.
func TestSync_MarkedButOtherTarget_ReturnsErrConflict(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		o    syncrun.Options
		want syncrun.Outcome
	}{
		{syncrun.Options{}, syncrun.Skipped},
		{syncrun.Options{Entity: "acme", Project: "p", RunID: "r1"}, syncrun.Skipped},
		{syncrun.Options{Entity: "alice"}, syncrun.Failed},
		{syncrun.Options{Project: "q"}, syncrun.Failed},
		{syncrun.Options{RunID: "r2"}, syncrun.Failed},
	} {
		s := serverWith(some(row(0, 50), row(1, 60)), t)
		path := writeLog(t, t.TempDir(), runDir, official, bodies(some(runBody()), rowsOf(0, 9), some(&record.Exit{}))...)
		mark(t, s, path)
		r := syncPaths(t, s, tt.o, path)[0]
		assert.Equal(t, tt.want, r.Outcome, "%+v", tt.o)
		if tt.want == syncrun.Failed {
			require.ErrorIs(t, r.Err, syncrun.ErrConflict)
		}
		assert.Zero(t, s.posts)
	}
}

// An online run of the official client with an exit record is most likely on the server; one
// without an exit record is not.
func TestSync_OnlineLogOfTheOfficialClient_IsSkippedIfTheServerHasIt(t *testing.T) {
	t.Parallel()
	const online = "run-20270115_080000-r1"
	ended := bodies(some(runBody()), rowsOf(0, 9), some(&record.Exit{}))
	tests := []struct {
		name    string
		log     []record.Record
		server  int // rows that it has, -1 for no run
		state   string
		fresh   bool // the log changed a moment ago
		outcome syncrun.Outcome
		sent    int64
		state2  int // the exit code that the server is told, -1 for none
	}{
		{name: "crashed, and the server has nothing", log: ended[:10], server: -1, outcome: syncrun.Synced, sent: 9, state2: 1},
		{name: "crashed, and the server has a part", log: ended[:10], server: 4, state: "crashed", outcome: syncrun.Synced, sent: 5, state2: 1},
		{name: "it may go on", log: ended[:10], server: 4, state: "running", fresh: true, outcome: syncrun.Skipped, state2: -1},
		{name: "ended, and the server has it", log: ended, server: 9, state: "finished", outcome: syncrun.Skipped, state2: -1},
		{name: "ended, and the server lacks rows", log: ended, server: 4, state: "crashed", outcome: syncrun.Synced, sent: 5},
		{name: "ended, and the server has nothing", log: ended, server: -1, outcome: syncrun.Synced, sent: 9},
		{name: "ended, and the server was not told", log: ended, server: 9, state: "crashed", outcome: syncrun.Synced},
		{name: "ended, and the server has later rows", log: ended, server: 12, state: "finished", outcome: syncrun.Synced, state2: -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer()
			if tt.server >= 0 {
				s = serverWith(rowsOf(0, tt.server), t)
				s.state = tt.state
			}
			path := writeLog(t, t.TempDir(), online, official, tt.log...)
			if !tt.fresh {
				old(t, path)
			}
			r := syncPaths(t, s, syncrun.Options{}, path)[0]
			require.NoError(t, r.Err)
			assert.Equal(t, tt.outcome, r.Outcome, r.Reason)
			assert.Equal(t, tt.sent, r.RowsSent)
			if tt.state2 < 0 {
				assert.Nil(t, s.exit)
			} else {
				assert.Equal(t, tt.state2, *s.exit)
			}
			if tt.fresh {
				assert.Contains(t, r.Reason, "--include-online")
			}
		})
	}
}

// A log that ends early, for example because the disk was full, must not change the end of
// the run, or newer data, on the server.
func TestSync_RunEndedOnTheServer_KeepsItsEnd(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		rows     int // in the log
		server   []record.Record
		noted    int64
		state    string
		exit     int // that the server is told, -1 for nothing at all
		warnings int
	}{
		{name: "the server has as much", rows: 9, server: rowsOf(0, 9), noted: 9, state: "finished", exit: -1},
		{name: "the server has more", rows: 9, server: rowsOf(0, 12), noted: 9, state: "finished", exit: -1},
		{name: "the server has much more", rows: 9, server: rowsOf(0, 100), noted: 9, state: "finished", exit: -1},
		{name: "what was last is not certain", rows: 9, server: rowsOf(0, 100), noted: 5, state: "finished", exit: -1},
		{name: "the log has no rows", rows: 0, server: rowsOf(0, 100), state: "failed", exit: -1},
		{name: "the server has less", rows: 9, server: rowsOf(0, 5), noted: 5, state: "finished", exit: 0},
		{name: "the server has less of a run that failed", rows: 9, server: rowsOf(0, 5), noted: 5, state: "failed", exit: 1},
		{name: "a process that died", rows: 9, server: rowsOf(0, 12), noted: 9, state: "running", exit: 1},
		{name: "somebody else goes on with it", rows: 9, server: rowsOf(0, 100), noted: 9, state: "running", exit: -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serverWith(tt.server, t)
			config, summary := s.config, s.lines[summaryFile]
			s.state = tt.state
			path := writeLog(t, t.TempDir(), "run-20270115_080000-r1", ours, bodies(
				some(runBody(), &record.Config{Update: []record.Item{{Key: "stale", Value: []byte("1")}}}),
				rowsOf(0, tt.rows), some(summaryBody("stale", "1")),
			)...)
			online(t, path, tt.noted)
			r := syncPaths(t, s, syncrun.Options{}, path)[0]
			require.NoError(t, r.Err)
			assert.Equal(t, syncrun.Synced, r.Outcome)
			assert.Len(t, s.lines[historyFile], max(len(tt.server), tt.rows))
			assert.Len(t, r.Warnings, tt.warnings, "%v", r.Warnings)
			if tt.exit < 0 {
				assert.Zero(t, s.posts)
				assert.Nil(t, s.exit)
			} else {
				require.NotNil(t, s.exit)
				assert.Equal(t, tt.exit, *s.exit)
			}
			if len(tt.server) > tt.rows {
				assert.Equal(t, config, s.config)
				assert.Equal(t, summary, s.lines[summaryFile])
			} else if tt.exit >= 0 {
				assert.Contains(t, s.config, "stale")
			}
			s.state, s.posts = "", 0
			if r := syncPaths(t, s, syncrun.Options{}, path)[0]; assert.Equal(t, syncrun.Skipped, r.Outcome) {
				assert.Zero(t, s.posts)
			}
		})
	}
}

// unreachable is a server that does not respond.
type unreachable struct {
	*server
	asked int
}

func (s *unreachable) Status(context.Context, sink.Target) (*graphql.RunState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	return nil, &errors.RequestError{Op: "sync run", Cause: errors.ErrServerUnavailable}
}

func TestSync_UnreachableServer_IsAskedOnce(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, id := range []string{"a", "b", "c", "d"} {
		writeLog(t, root, "offline-run-"+id, ours, runBody(func(r *record.Run) { r.ID, r.Project = id, id }), &record.Exit{})
	}
	logs, err := syncrun.Find(root)
	require.NoError(t, err)
	s := &unreachable{server: newServer()}
	results, err := (&syncrun.Engine{Server: s, Options: syncrun.Options{Parallel: 1}}).Sync(t.Context(), logs)
	require.NoError(t, err)
	assert.Equal(t, 1, s.asked)
	for i, r := range results {
		assert.Equal(t, syncrun.Failed, r.Outcome)
		e, ok := errors.AsType[*errors.RequestError](r.Err)
		require.True(t, ok)
		require.ErrorIs(t, e, errors.ErrServerUnavailable)
		if i > 0 {
			assert.Equal(t, r.Project, e.Project, "it is about this run")
		}
	}
}
