//go:build unix

package client_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/wandbtest"
)

// fullDisk is what a process on a full disk tells.
type fullDisk struct {
	Dir       string
	LogErrors int
	TooBig    bool // the error of the file system could be told by its kind
	Finish    string
	Warnings  []string
}

// The rows that it logs: first while there is no room, then with room again.
const diskRows = 4000

const (
	envDiskURL, envDiskDir, envDiskMode = "WANDGO_DISK_URL", "WANDGO_DISK_DIR", "WANDGO_DISK_MODE"
	envDiskStaysFull                    = "WANDGO_DISK_STAYS_FULL"
)

// TestDiskFullChild is the process. A limit on the size of its files is its full
// disk.
func TestDiskFullChild(t *testing.T) { //nolint:paralleltest // it is alone in its process
	dir := os.Getenv(envDiskDir)
	if dir == "" {
		t.Skip("it is started by TestDiskFull")
	}
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit))
	small := limit
	small.Cur = 100 << 10
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small))

	var w warnings
	c, err := client.New(client.Options{
		BaseURL: os.Getenv(envDiskURL), APIKey: key("member"), Dir: dir, Getenv: alone, Logger: slog.New(&w),
	})
	require.NoError(t, err)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "full", Mode: client.Mode(os.Getenv(envDiskMode))})
	require.NoError(t, err)
	var told fullDisk
	told.Dir = run.Dir()
	for i := range diskRows {
		if err := run.Log(map[string]any{"i": i, "text": "some text that takes room on the disk"}); err != nil {
			told.LogErrors++
		}
	}
	told.TooBig = errors.Is(run.Err(), syscall.EFBIG)
	roomAgain := func() { require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)) }
	if os.Getenv(envDiskStaysFull) == "" {
		roomAgain()
	}
	if err := run.Finish(t.Context()); err != nil {
		told.Finish = err.Error()
	}
	roomAgain()
	require.NoError(t, c.Close())
	told.Warnings = w.all()
	text, err := json.Marshal(told)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "told.json"), text, 0o600))
}

// The disk fills up under way, and later there is room again: the program hears
// of it once, and nothing is lost.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"online", "offline"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			dir := t.TempDir()
			told := runOnAFullDisk(t, s, dir, envDiskMode+"="+mode)
			assert.Empty(t, told.Finish)
			assert.Zero(t, told.LogErrors, "no row is lost")
			assert.True(t, told.TooBig, "Err says why rows wait")
			assert.Equal(t, []string{"cannot write the run's log"}, told.Warnings)
			if mode == "offline" {
				synced(t, newClient(t, s, key("member")), client.SyncOptions{}, told.Dir)
			}
			v := onServer(t, s, "acme", "team", "full")
			require.Len(t, v.HistoryLines, diskRows)
			for i, row := range v.History() {
				require.EqualValues(t, i, row["i"])
			}
			assert.Equal(t, "finished", v.State)
			assert.Len(t, onDisk(t, told.Dir).Rows, diskRows, "with room again the log is whole")
		})
	}
}

// runOnAFullDisk starts the process and returns what it tells.
func runOnAFullDisk(t *testing.T, s *wandbtest.Server, dir string, env ...string) fullDisk {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	child := exec.CommandContext(t.Context(), exe, "-test.run=^TestDiskFullChild$")
	child.Env = append(append(os.Environ(), envDiskURL+"="+s.URL(), envDiskDir+"="+dir), env...)
	var out bytes.Buffer
	child.Stdout, child.Stderr = &out, &out
	require.NoError(t, child.Run(), "%s", &out)
	text, err := os.ReadFile(filepath.Join(dir, "told.json"))
	require.NoError(t, err)
	var told fullDisk
	require.NoError(t, json.Unmarshal(text, &told))
	return told
}

// The disk stays full to the end of a run that the server has whole. The log lacks the
// end then, and no later sync may take the run for one that crashed.
func TestDiskStaysFull(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	told := runOnAFullDisk(t, s, t.TempDir(), envDiskMode+"=online", envDiskStaysFull+"=1")
	assert.Empty(t, told.Finish)
	assert.Contains(t, told.Warnings, "the run is on the server and incomplete on disk")
	dir := rundir.Of(filepath.Join(told.Dir, "run-full.wandb"))
	r, err := journal.Open(dir.Journal())
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	kept, err := journal.Replay(r, &journal.Handler{})
	require.NoError(t, err)
	require.Nil(t, kept.Exit)
	require.Less(t, kept.Rows, int64(diskRows))
	before := onServer(t, s, "acme", "team", "full")
	require.Equal(t, "finished", before.State)

	c := newClient(t, s, key("member"))
	assert.Equal(t, "synced already", synced(t, c, client.SyncOptions{}, told.Dir).Runs[0].Reason)
	// Even without the note, and with one that is older.
	for _, lose := range []string{".synced", ".uploaded"} {
		require.NoError(t, os.Remove(dir.Journal()+lose))
	}
	old := rundir.Uploaded{History: kept.Rows, Entity: "acme", Project: "team", BaseURL: s.URL()}
	require.NoError(t, dir.SaveUploaded(old))
	for range 2 {
		synced(t, c, client.SyncOptions{IncludeSynced: true}, told.Dir)
		after := onServer(t, s, "acme", "team", "full")
		assert.Equal(t, "finished", after.State)
		assert.Zero(t, *after.ExitCode)
		assert.Len(t, after.HistoryLines, diskRows)
		assert.Equal(t, before.RawSummary, after.RawSummary)
		assert.Equal(t, before.RawConfig, after.RawConfig)
	}
}

// Where the directory for runs cannot be written, the temporary one serves. Where
// there is no place at all an online run goes on without, and an offline run does
// not begin.
func TestDiskReadOnly(t *testing.T) {
	t.Parallel()
	blocked := func(t *testing.T) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		return path
	}
	places := map[string]func(t *testing.T) string{
		"a file in the way": blocked,
		"no permission": func(t *testing.T) string {
			t.Helper()
			if os.Geteuid() == 0 {
				t.Skip("root may write everywhere")
			}
			dir := t.TempDir()
			require.NoError(t, os.Chmod(dir, 0o500)) //nolint:gosec // a directory
			return dir
		},
	}
	for name, place := range places {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := func(t *testing.T, tmp string) (*wandbtest.Server, *client.Client, *warnings) {
				t.Helper()
				s, w := wandbtest.New(t, everybody()), &warnings{}
				return s, newClient(t, s, key("member"), w.listen, func(o *client.Options) {
					o.Dir = place(t)
					o.Getenv = func(name string) string {
						if name == "TMPDIR" {
							return tmp
						}
						return alone(name)
					}
				}), w
			}
			log := func(t *testing.T, run *client.Run) {
				t.Helper()
				for i := range 10 {
					require.NoError(t, run.Log(map[string]any{"i": i}))
				}
			}
			t.Run("with a temporary directory", func(t *testing.T) {
				t.Parallel()
				tmp := t.TempDir()
				_, c, w := start(t, tmp)
				run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "r1"})
				require.NoError(t, err)
				log(t, run)
				require.NoError(t, run.Finish(t.Context()))
				assert.Len(t, onDisk(t, run.Dir()).Rows, 10)

				offline, err := c.Init(t.Context(), client.RunOptions{Mode: "offline", ID: "r2"})
				require.NoError(t, err)
				log(t, offline)
				require.NoError(t, offline.Finish(t.Context()))
				assert.Len(t, onDisk(t, offline.Dir()).Rows, 10)
				for _, dir := range []string{run.Dir(), offline.Dir()} {
					assert.Contains(t, dir, tmp)
				}
				assert.Equal(t, []string{"the run is stored in the temporary directory", "the run is stored in the temporary directory"}, w.all())
			})
			t.Run("without any", func(t *testing.T) {
				t.Parallel()
				s, c, w := start(t, blocked(t))
				run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "r1"})
				require.NoError(t, err)
				log(t, run)
				assert.Empty(t, run.Dir())
				require.NoError(t, run.Finish(t.Context()))
				assert.Len(t, onServer(t, s, "acme", "team", "r1").HistoryLines, 10)
				assert.Equal(t, []string{"the run is not stored on disk"}, w.all())

				_, err = c.Init(t.Context(), client.RunOptions{Mode: "offline", ID: "r2"})
				_, ok := errors.AsType[*fs.PathError](err)
				assert.True(t, ok, "%v", err)
			})
		})
	}
}

// remove deletes a directory in which files come into being meanwhile.
func remove(t *testing.T, dir string) {
	t.Helper()
	require.Eventually(t, func() bool { return os.RemoveAll(dir) == nil }, time.Minute, time.Millisecond)
}

// The directory disappears under way.
func TestDiskDeleted(t *testing.T) {
	t.Parallel()
	t.Run("online", func(t *testing.T) {
		t.Parallel()
		s := wandbtest.New(t, everybody())
		var w warnings
		c := newClient(t, s, key("member"), w.listen)
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "r1"})
		require.NoError(t, err)
		require.NoError(t, run.Log(map[string]any{"i": 0}))
		remove(t, run.Dir())
		for i := 1; i < 10; i++ {
			require.NoError(t, run.Log(map[string]any{"i": i}))
		}
		require.NoError(t, run.Finish(t.Context()), "the server has it all")
		assert.Len(t, onServer(t, s, "acme", "team", "r1").HistoryLines, 10)
	})
	t.Run("offline", func(t *testing.T) {
		t.Parallel()
		s := wandbtest.New(t, everybody())
		c := newClient(t, s, key("member"))
		run, err := c.Init(t.Context(), client.RunOptions{Mode: "offline", ID: "r1"})
		require.NoError(t, err)
		require.NoError(t, run.Log(map[string]any{"i": 0}))
		remove(t, run.Dir())
		require.NoError(t, run.Log(map[string]any{"i": 1}))
		require.Eventually(t, func() bool { // found out within a second or so
			_, err := os.Stat(run.Dir())
			return err == nil
		}, time.Minute, 10*time.Millisecond, "the log is written anew")
		require.NoError(t, run.Log(map[string]any{"i": 2}))
		require.NoError(t, run.Finish(t.Context()))
		assert.Len(t, onDisk(t, run.Dir()).Rows, 3)
	})
}

// Two processes write one run at the same time, online: the second is told, once, and
// both have their rows whole on disk.
func TestDiskTwoProcessesOnline(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	dir := t.TempDir()
	var w warnings
	start := func() *client.Run {
		c := newClient(t, s, key("member"), w.listen, func(o *client.Options) { o.Dir = dir })
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "same"})
		require.NoError(t, err)
		return run
	}
	first, second := start(), start()
	require.NoError(t, first.Log(map[string]any{"who": 1}))
	require.NoError(t, second.Log(map[string]any{"who": 2}), "the row is logged")
	require.ErrorIs(t, second.Err(), errors.ErrRunExists)
	assert.Contains(t, unwrapped(errors.Explain(second.Err())), first.Dir())
	require.NoError(t, second.Log(map[string]any{"who": 2}))
	require.NoError(t, first.Finish(t.Context()))
	require.NoError(t, second.Finish(t.Context()))
	assert.Len(t, onDisk(t, first.Dir()).Rows, 1)
	assert.Len(t, onDisk(t, second.Dir()).Rows, 2)
	assert.Contains(t, w.all(), "another process is writing the same run")

	third := start() // nobody writes it any more
	require.NoError(t, third.Log(map[string]any{"who": 3}))
	require.NoError(t, third.Finish(t.Context()))
}

// Two processes have one id at the same time. Each has a directory of its own, the
// server gets one of them, and the other is told apart.
func TestDiskTwoProcesses(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	dir := t.TempDir()
	here := func(o *client.Options) { o.Dir = dir }
	c := newClient(t, s, key("member"), here)
	runs := make([]*client.Run, 2)
	for i := range runs {
		var err error
		runs[i], err = newClient(t, s, key("member"), here).Init(t.Context(),
			client.RunOptions{Mode: "offline", Entity: "acme", Project: "team", ID: "same"})
		require.NoError(t, err)
	}
	for range 5 {
		for i, run := range runs {
			require.NoError(t, run.Log(map[string]any{"who": i}))
		}
	}
	for _, run := range runs {
		require.NoError(t, run.Finish(t.Context()))
	}
	require.NotEqual(t, runs[0].Dir(), runs[1].Dir())

	report, err := c.Sync(t.Context(), nil, client.SyncOptions{})
	require.ErrorIs(t, err, errors.ErrRunExists)
	assert.Equal(t, 1, report.Count(client.SyncDone))
	v := onServer(t, s, "acme", "team", "same")
	require.Len(t, v.HistoryLines, 5)
	who := v.History()[0]["who"]
	for _, row := range v.History() {
		assert.Equal(t, who, row["who"], "rows of two runs are not mixed")
	}
	refused := slices.IndexFunc(report.Runs, func(r client.SyncedRun) bool { return r.Err != nil })
	synced(t, c, client.SyncOptions{RunID: "other"}, report.Runs[refused].Dir)
	assert.Len(t, onServer(t, s, "acme", "team", "other").HistoryLines, 5)
}
