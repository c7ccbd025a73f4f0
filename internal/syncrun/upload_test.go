package syncrun_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// samples returns samples of system metrics, one at each of the seconds.
func samples(seconds ...float64) []record.Record {
	var out []record.Record
	for n, at := range seconds {
		out = append(out, &record.Stats{
			Timestamp: begin.Add(time.Duration(at * float64(time.Second))),
			Items:     []record.Item{{Key: "n", Value: fmt.Append(nil, n)}},
		})
	}
	return out
}

// numbers returns the numbers of the samples on the server.
func (s *server) numbers(t *testing.T) []int {
	t.Helper()
	out := []int{}
	for _, line := range s.lines[eventsFile] {
		var event struct {
			N int `json:"system.n"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &event))
		out = append(out, event.N)
	}
	return out
}

// Clocks are set back or stand still. If the number of samples on the server is known, it
// decides.
func TestSync_ClocksSetBack_CountsSamples(t *testing.T) {
	t.Parallel()
	times := []float64{1, 5, 5, 5, 2, 3, 9, 9}
	all := []int{0, 1, 2, 3, 4, 5, 6, 7}
	for there := range len(times) + 1 {
		for _, rows := range []int{0, 4} {
			for _, noted := range []bool{false, true} {
				t.Run(fmt.Sprint(there, " there, ", rows, " rows, noted ", noted), func(t *testing.T) {
					t.Parallel()
					whole := func(n int) []record.Record {
						return bodies(some(runBody()), rowsOf(0, rows), samples(times[:n]...))
					}
					s := newServer()
					part := writeLog(t, t.TempDir(), "offline-run-x", ours, whole(there)...)
					require.NoError(t, syncPaths(t, s, syncrun.Options{}, part)[0].Err)
					s.state = "running"
					path := writeLog(t, t.TempDir(), "run-20270115_080000-r1", ours, bodies(whole(len(times)), some(&record.Exit{}))...)
					if noted {
						online(t, path, int64(rows))
					}
					r := syncPaths(t, s, syncrun.Options{}, path)[0]
					require.NoError(t, r.Err)
					assert.Equal(t, all, s.numbers(t))
					assert.EqualValues(t, len(times)-there, r.EventsSent)
				})
			}
		}
	}
}

// The first attempt may have sent samples and console lines but no row.
func TestSync_LogContinuesARun_AppendsSamplesAndConsoleOnce(t *testing.T) {
	t.Parallel()
	line := func(text string) record.Record {
		return &record.OutputRaw{Stdout: true, Timestamp: begin, Text: text + "\n"}
	}
	var much []record.Record
	for range 1200 {
		much = append(much, line(strings.Repeat("x", 4000)))
	}
	s := newServer()
	root := t.TempDir()
	writeLog(t, root, "offline-run-1", ours, bodies(some(runBody()), rowsOf(0, 3), samples(1, 2), some(line("one"), &record.Exit{}))...)
	writeLog(t, root, "offline-run-2", ours, bodies(
		some(runBody(func(r *record.Run) { r.StartTime = begin.Add(time.Minute) })),
		samples(1.5, 61), much, some(row(0, 60), row(1, 61), &record.Exit{}))...)
	s.failAt = 4 // in the second log
	results := syncPaths(t, s, syncrun.Options{}, root)
	require.NoError(t, results[0].Err)
	require.ErrorIs(t, results[1].Err, errBroken)
	require.Equal(t, []int{0, 1, 0, 1}, s.numbers(t))
	require.Greater(t, len(s.lines[consoleFile]), 1000)
	require.Equal(t, count(0, 3), s.steps(t))
	for range 2 {
		for _, r := range syncPaths(t, s, syncrun.Options{IncludeSynced: true}, root) {
			require.NoError(t, r.Err)
		}
		assert.Equal(t, count(0, 5), s.steps(t))
		assert.Equal(t, []int{0, 1, 0, 1}, s.numbers(t))
		assert.Len(t, s.lines[consoleFile], 1201)
	}
}

// The server has nothing but console lines of the run.
func TestSync_ConsoleBeforeFirstRow_IsSentOnce(t *testing.T) {
	t.Parallel()
	text := &record.OutputRaw{Stdout: true, Timestamp: begin, Text: "one\ntwo\n"}
	s := newServer()
	part := writeLog(t, t.TempDir(), "offline-run-x", ours, runBody(), &record.OutputRaw{Stdout: true, Timestamp: begin, Text: "one\n"})
	require.NoError(t, syncPaths(t, s, syncrun.Options{}, part)[0].Err)
	s.state = "crashed"
	require.Len(t, s.lines[consoleFile], 1)
	path := writeLog(t, t.TempDir(), "run-20270115_080000-r1", ours, bodies(some(runBody(), text), rowsOf(0, 2), some(&record.Exit{}))...)
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	require.NoError(t, r.Err)
	assert.Empty(t, r.Warnings)
	assert.Len(t, s.lines[consoleFile], 2)

	s.lines[historyFile] = nil
	resumed := writeLog(t, t.TempDir(), "run-20270115_080000-r1", ours, bodies(
		some(runBody(func(r *record.Run) { r.Resumed = true }), text), rowsOf(0, 2), some(&record.Exit{}))...)
	r = syncPaths(t, s, syncrun.Options{}, resumed)[0]
	require.NoError(t, r.Err)
	require.Len(t, r.Warnings, 1, "another process began it")
	assert.Contains(t, r.Warnings[0], "console lines were skipped")
}

// If the file exists it is uploaded, because it has more than the log.
func TestSync_MetadataFile_IsUploadedOrMadeFromTheLog(t *testing.T) {
	t.Parallel()
	names := &record.Files{Files: []record.File{{Path: "wandb-metadata.json"}, {Path: "requirements.txt"}}}
	machine := &record.Environment{OS: "Linux", Program: "train", WriterID: "w1"}
	tests := []struct {
		name, producer, file string
		want, config         string
	}{
		{name: "killed before it was written", producer: ours, want: `{"os":"Linux","program":"train","writerId":"w1"}`},
		{
			name: "written", producer: ours, file: `{ "os": "Linux", "go": "1.26", "writerId": "w1" }`,
			config: `{"os":"Linux","go":"1.26","writerId":"w1"}`,
		},
		{name: "of another writer", producer: ours, file: `{"os":"Plan 9","writerId":"w2"}`},
		{name: "torn", producer: ours, file: `{"os":`},
		{name: "of the official client", producer: official, file: `{"os":"Linux","go":"1.26","writerId":"w1"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := writeLog(t, t.TempDir(), runDir, tt.producer, runBody(), machine, names, &record.Exit{})
			files := filepath.Join(filepath.Dir(path), "files")
			require.NoError(t, mkdir(files))
			at := filepath.Join(files, "wandb-metadata.json")
			if tt.file != "" {
				require.NoError(t, os.WriteFile(at, []byte(tt.file), 0o600))
			}
			s := newServer()
			r := syncPaths(t, s, syncrun.Options{}, path)[0]
			require.NoError(t, r.Err)
			assert.Empty(t, r.MissingFiles)
			if tt.want != "" {
				assert.JSONEq(t, tt.want, s.files["wandb-metadata.json"])
			} else {
				assert.Equal(t, at, s.files["wandb-metadata.json"])
			}
			var config struct {
				Own struct {
					Value struct{ E map[string]json.RawMessage }
				} `json:"_wandb"`
			}
			require.NoError(t, json.Unmarshal([]byte(s.config), &config))
			if tt.config == "" {
				tt.config = `{"os":"Linux","program":"train","writerId":"w1"}`
			}
			assert.JSONEq(t, tt.config, string(config.Own.Value.E["w1"]))
		})
	}
}

// Only output.log needs a temporary directory.
func TestSync_NoTemporaryDirectory_SkipsOnlyOutputLog(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nothing"))
	path := writeLog(t, t.TempDir(), runDir, ours, bodies(
		some(runBody(), &record.OutputRaw{Stdout: true, Timestamp: begin, Text: "one\n"}), rowsOf(0, 3), some(&record.Exit{}))...)
	s := newServer()
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	require.NoError(t, r.Err)
	assert.Equal(t, count(0, 3), s.steps(t))
	assert.Len(t, s.lines[consoleFile], 1)
	require.Len(t, r.Warnings, 1)
	assert.Contains(t, r.Warnings[0], "the file output.log was skipped")
}

func TestSync_UnwritableDirectory_WarnsOnce(t *testing.T) {
	t.Parallel()
	path := writeLog(t, t.TempDir(), runDir, ours, bodies(some(runBody()), rowsOf(0, 3), some(&record.Exit{}))...)
	for _, name := range []string{".uploaded.tmp", ".syncstate", ".synced"} {
		require.NoError(t, mkdir(filepath.Join(path+name, "in-the-way")))
	}
	s := newServer()
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	require.NoError(t, r.Err)
	assert.Equal(t, syncrun.Synced, r.Outcome)
	assert.Len(t, s.lines[historyFile], 3)
	require.Len(t, r.Warnings, 1, "%v", r.Warnings)
	assert.Contains(t, r.Warnings[0], "cannot record beside the log")
}

// wandgo ls shows the progress.
func TestSync_RequestFails_ProgressIsSaved(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	var rows []record.Record
	for i := range 20 {
		rows = append(rows, row(int64(i), float64(i), record.Item{Key: "text", Value: []byte(`"` + long + `"`)}))
	}
	path := writeLog(t, t.TempDir(), runDir, ours, bodies(some(runBody()), rows, some(&record.Exit{}))...)
	s := newServer()
	s.failAt = 3
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	require.ErrorIs(t, r.Err, errBroken)
	note, ok := rundir.Of(path).LoadUploaded()
	require.True(t, ok)
	assert.EqualValues(t, len(s.lines[historyFile]), note.History)
	assert.Positive(t, note.History)
	assert.False(t, note.Done)
	assert.Equal(t, "r1", note.RunID)
}

// Runs that had not started yet are interrupted, not failed.
func TestSync_Interrupted_OtherRunsDoNotFail(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for n := range 6 {
		id := fmt.Sprint("r", n)
		writeLog(t, root, "offline-run-"+id, ours, bodies(some(runBody(func(r *record.Run) { r.ID = id })), rowsOf(0, 3), some(&record.Exit{}))...)
	}
	logs, err := syncrun.Find(root)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := newServer()
	s.onPost = func() {
		if s.posts == 3 {
			cancel()
		}
	}
	s.failAt = 3
	results, err := (&syncrun.Engine{Server: s, Options: syncrun.Options{Parallel: 1}}).Sync(ctx, logs)
	require.NoError(t, err)
	for i, r := range results {
		switch i {
		case 0:
			assert.Equal(t, syncrun.Synced, r.Outcome)
		case 1: // Its request fails as ctx ends: either may be the reason that it names.
			require.Error(t, r.Err)
			assert.Equal(t, syncrun.Interrupted, r.Outcome)
		default:
			require.ErrorIs(t, r.Err, context.Canceled)
			assert.Equal(t, syncrun.Interrupted, r.Outcome)
		}
	}
}

func TestSync_FilesStall_FailsAfterRetryTimeout(t *testing.T) {
	t.Parallel()
	path := writeLog(t, t.TempDir(), runDir, ours, runBody(), &record.Exit{})
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.stall = true
		start := time.Now()
		r := syncPaths(t, s, syncrun.Options{RetryTimeout: 10 * time.Minute}, path)[0]
		require.ErrorContains(t, r.Err, "nothing was sent for 10m0s")
		assert.Equal(t, syncrun.Failed, r.Outcome)
		assert.WithinDuration(t, start.Add(10*time.Minute), time.Now(), time.Minute)
		assert.Greater(t, s.posts, 15, "meanwhile the server hears that the run is alive")
	})
}

func TestSync_TooManyAlerts_SkipsTheLastAndWarns(t *testing.T) {
	t.Parallel()
	all := []record.Record{runBody()}
	for i := range 1003 {
		all = append(all, &record.Alert{Title: fmt.Sprint(i)})
	}
	root, s := t.TempDir(), newServer()
	first := writeLog(t, root, "run-y", ours, runBody(), &record.Exit{})
	require.NoError(t, syncPaths(t, s, syncrun.Options{}, first)[0].Err)
	path := writeLog(t, root, "offline-run-x", ours, append(all, &record.Exit{})...)
	// An earlier sync sent most of them. Each that is sent is noted in a file.
	require.NoError(t, rundir.Of(path).SaveUploaded(rundir.Uploaded{
		Entity: "acme", Project: "p", StorageID: "storage-id", BaseURL: "http://server", AlertsSeen: 998,
	}))
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	assert.Equal(t, 2, r.Alerts)
	assert.Equal(t, []string{"998", "999"}, s.alerts)
	assert.Equal(t, []string{"the log has more than 1000 alerts; the last 3 were skipped"}, r.Warnings)
}

// The server has the end of the run, but not all files.
func TestSync_FilesMissing_AreSentByTheNextSync(t *testing.T) {
	t.Parallel()
	for name, end := range map[string][]record.Record{"a run that crashed": nil, "a run that ended": some(&record.Exit{})} {
		for _, marked := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", marked ", marked), func(t *testing.T) {
				t.Parallel()
				path := writeLog(t, t.TempDir(), runDir, official, bodies(
					some(runBody(), &record.Files{Files: []record.File{{Path: "a.txt"}}}), rowsOf(0, 3), end)...)
				old(t, path)
				if marked {
					mark(t, nil, path)
				}
				s := newServer()
				s.noFiles = true
				r := syncPaths(t, s, syncrun.Options{}, path)[0]
				require.ErrorIs(t, r.Err, errBroken)
				require.NotNil(t, s.exit)
				was := *s.exit
				s.noFiles = false
				clear(s.files)
				r = syncPaths(t, s, syncrun.Options{}, path)[0]
				require.NoError(t, r.Err)
				assert.Equal(t, syncrun.Synced, r.Outcome, r.Reason)
				assert.Contains(t, s.files, "a.txt")
				assert.Equal(t, was, *s.exit)
			})
		}
	}
}

// The official client stores such a key.
func TestSync_EmptyConfigKey_IsKept(t *testing.T) {
	t.Parallel()
	path := writeLog(t, t.TempDir(), "offline-run-x", official, runBody(),
		&record.Config{Update: []record.Item{{Value: []byte("1")}, {Key: "lr", Value: []byte("0.5")}}}, &record.Exit{})
	s := newServer()
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	require.NoError(t, r.Err)
	assert.Empty(t, r.Warnings)
	assert.Contains(t, s.config, `"":{"value":1}`)
	assert.Contains(t, s.config, `"lr":{"value":0.5}`)
}

// TestSync_EmptyObjectInLaterConfig_KeepsTheValue: as in the official client, an object
// without members changes nothing.
func TestSync_EmptyObjectInLaterConfig_KeepsTheValue(t *testing.T) {
	t.Parallel()
	item := func(key, value string) record.Item { return record.Item{Key: key, Value: []byte(value)} }
	path := writeLog(t, t.TempDir(), "offline-run-x", official, runBody(),
		&record.Config{Update: []record.Item{item("lr", "0.5"), item("net", `{"depth":3}`)}},
		&record.Config{Update: []record.Item{item("lr", "{}"), item("net", `{"depth":{"x":{}},"width":2}`), item("new", `{"a":{}}`)}},
		&record.Exit{})
	s := newServer()
	require.NoError(t, syncPaths(t, s, syncrun.Options{}, path)[0].Err)
	assert.Contains(t, s.config, `"lr":{"value":0.5}`)
	assert.Contains(t, s.config, `"net":{"value":{"depth":3,"width":2}}`)
	assert.NotContains(t, s.config, `"new"`)
}
