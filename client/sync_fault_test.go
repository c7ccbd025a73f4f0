package client_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/wandbtest"
)

// nobody is the address of a server that is not there. The port stays taken, so that no
// other test's server gets it.
func nobody(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Close(fd) })
	require.NoError(t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	addr, err := syscall.Getsockname(fd)
	require.NoError(t, err)
	bound, ok := addr.(*syscall.SockaddrInet4)
	require.True(t, ok)
	return fmt.Sprintf("http://127.0.0.1:%d", bound.Port)
}

// A server that cannot be reached, or does not answer, ends a sync in bounded time,
// with the reason.
func TestSyncUnreachable(t *testing.T) {
	t.Parallel()
	away := func(o *client.Options) { o.BaseURL, o.InitTimeout = nobody(t), time.Second }
	tests := map[string]struct {
		fault  wandbtest.Fault
		change func(*client.Options)
		opts   client.SyncOptions
		reason string
	}{
		"nobody is there": {change: away, reason: "connection refused"},
		"it does not answer": {
			fault: wandbtest.Fault{Operation: "ResumeStatus", Hang: true}, reason: "Why: No usable response within ",
			change: func(o *client.Options) { o.InitTimeout = time.Second },
		},
		"it does not create the run": {
			fault: wandbtest.Fault{Operation: "UpsertBucket", Status: 503}, reason: "HTTP 503",
			change: func(o *client.Options) { o.InitTimeout = 3 * time.Second },
		},
		"it takes no rows": {
			fault: wandbtest.Fault{Operation: "file_stream", Status: 503}, reason: "HTTP 503",
			opts: client.SyncOptions{RetryTimeout: 2 * time.Second},
		},
		"it hangs with rows": {
			fault: wandbtest.Fault{Operation: "file_stream", Hang: true}, reason: "Why: No usable response before the time limit",
			opts: client.SyncOptions{RetryTimeout: time.Second},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			if tt.fault.Operation != "" {
				s.Inject(tt.fault)
			}
			c := newClient(t, s, key("member"), func(o *client.Options) {
				if tt.change != nil {
					tt.change(o)
				}
			})
			dir := offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "team", ID: "r1"}, 3)
			report, err := c.Sync(t.Context(), []string{dir}, tt.opts)
			require.ErrorIs(t, err, errors.ErrServerUnavailable)
			assert.Contains(t, errors.Explain(err), tt.reason)
			assert.Equal(t, client.SyncFailed, report.Runs[0].Outcome)
			assert.Nil(t, rundir.Of(filepath.Join(dir, "run-r1.wandb")).LoadRefusal(), "nobody refused anything")
		})
	}
}

// Whoever gives up waiting is told what for.
func TestSyncInterruptedWhileUnreachable(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := newClient(t, s, key("member"), func(o *client.Options) {
		o.BaseURL, o.Logger = nobody(t), onWarning("retrying W&B request", cancel)
	})
	dir := offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "team", ID: "r1"}, 3)
	report, err := c.Sync(ctx, []string{dir}, client.SyncOptions{})
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, syscall.ECONNREFUSED)
	assert.Equal(t, client.SyncInterrupted, report.Runs[0].Outcome)
	assert.Contains(t, err.Error(), "cancelled by the caller")
	assert.Contains(t, err.Error(), "connection refused")
}

// What helps after a refused sync is a flag of the next one; and ls can tell why.
func TestSyncAdvice(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("outsider"))
	foreign := offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "team", ID: "r1"}, 3)
	_, err := c.Sync(t.Context(), []string{foreign}, client.SyncOptions{})
	require.ErrorIs(t, err, errors.ErrNotTeamMember)
	refused, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok)
	assert.Equal(t, foreign, refused.Dir)
	text := errors.Explain(err)
	assert.Contains(t, text, "\n       wandgo sync --entity elsewhere --project team "+plaintext.ShellPath(foreign))
	assert.NotContains(t, text, "WANDB_ENTITY")
	d := rundir.Of(filepath.Join(foreign, "run-r1.wandb"))
	assert.Contains(t, string(d.LoadRefusal()), "not_team_member")

	synced(t, c, client.SyncOptions{Entity: "elsewhere"}, foreign)
	assert.Nil(t, d.LoadRefusal(), "the server took it in the end")

	gone := offlineRun(t, c, client.RunOptions{Entity: "elsewhere", Project: "p", ID: "r2"}, 3)
	other, err := c.Init(t.Context(), client.RunOptions{Entity: "elsewhere", Project: "p", ID: "r2"})
	require.NoError(t, err)
	require.NoError(t, other.Finish(t.Context()))
	require.NoError(t, s.DeleteRun("elsewhere", "p", "r2"))
	_, err = c.Sync(t.Context(), []string{gone}, client.SyncOptions{})
	require.ErrorIs(t, err, errors.ErrRunDeleted)
	text = errors.Explain(err)
	assert.Contains(t, text, "\n    wandgo sync --id r2-2 "+plaintext.ShellPath(gone))
	assert.NotContains(t, text, "WANDB_RUN_ID")
	assert.Contains(t, string(rundir.Of(filepath.Join(gone, "run-r2.wandb")).LoadRefusal()), "run_deleted")
}

// The files that describe the process are on disk from the start, for the case that it
// is killed before the server has them.
func TestMachineFilesAreOnDisk(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	s.Inject(wandbtest.Fault{Operation: "CreateRunFiles", Hang: true})
	c := newClient(t, s, key("member"), described)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "killed"})
	require.NoError(t, err)
	atStart, err := fs.Glob(os.DirFS(run.Dir()), "files/*")
	require.NoError(t, err)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, run.Finish(over))

	// The directory is copied when nothing writes it any more.
	killed := filepath.Join(t.TempDir(), filepath.Base(run.Dir()))
	require.NoError(t, os.CopyFS(killed, os.DirFS(run.Dir())))
	inTheEnd, err := fs.Glob(os.DirFS(killed), "files/*")
	require.NoError(t, err)
	for _, name := range inTheEnd {
		if !slices.Contains(atStart, name) {
			require.NoError(t, os.Remove(filepath.Join(killed, name)))
		}
	}
	s = wandbtest.New(t, everybody())
	r := synced(t, newClient(t, s, key("member")), client.SyncOptions{}, killed).Runs[0]
	assert.Empty(t, r.MissingFiles)
	v := onServer(t, s, "acme", "team", "killed")
	assert.Contains(t, string(v.Files["wandb-metadata.json"]), `"go"`)
	assert.NotEmpty(t, v.Files["requirements.txt"])
}

// A run is not whole on the server if a file was gone when its turn came, and its
// directory stays.
func TestCleanOfARunThatLackedAFile(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	start := func(id string) *client.Run {
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: id})
		require.NoError(t, err)
		require.NoError(t, run.Log(map[string]any{"i": 1}))
		return run
	}
	lacking, whole := start("lacking"), start("whole")
	dir := t.TempDir()
	file := filepath.Join(dir, "model.bin")
	require.NoError(t, os.WriteFile(file, []byte("weights"), 0o600))
	_, err := lacking.SaveFile(file, dir, client.SaveAtEnd)
	require.NoError(t, err)
	require.NoError(t, os.Remove(file))
	require.ErrorIs(t, lacking.Finish(t.Context()), fs.ErrNotExist)
	require.NoError(t, whole.Finish(t.Context()))
	report := synced(t, c, client.SyncOptions{Clean: true})
	for _, r := range report.Runs {
		assert.Equal(t, "synced already", r.Reason)
		assert.Equal(t, r.RunID == "whole", r.Cleaned, "%v", r.Warnings)
	}
	assert.DirExists(t, lacking.Dir())
	assert.NoDirExists(t, whole.Dir())
}

// Runs that were kept in the temporary directory, as their own could not be written, are
// found there.
func TestSyncFromTheTemporaryDirectory(t *testing.T) {
	t.Parallel()
	s, tmp := wandbtest.New(t, everybody()), t.TempDir()
	blocked := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(blocked, nil, 0o600))
	c := newClient(t, s, key("member"), func(o *client.Options) {
		o.Dir = blocked
		o.Getenv = func(name string) string {
			if name == "TMPDIR" {
				return tmp
			}
			return alone(name)
		}
	})
	for _, id := range []string{"r1", "r2"} {
		dir := offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "team", ID: id}, 3)
		require.Contains(t, dir, tmp)
	}
	report := synced(t, c, client.SyncOptions{})
	assert.Equal(t, 2, report.Count(client.SyncDone))
	assert.Len(t, onServer(t, s, "acme", "team", "r2").HistoryLines, 3)
}

// What is in the config of the run's machine is the same, whichever way it comes there.
func TestSyncedMachine(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), described)
	offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "team", ID: "off"}, 1)
	synced(t, c, client.SyncOptions{})
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "on"})
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	keys := func(id string) []string {
		var all []string
		own := onServer(t, s, "acme", "team", id).Config["_wandb"].(map[string]any)
		for _, machine := range own["e"].(map[string]any) {
			for k := range machine.(map[string]any) {
				all = append(all, k)
			}
		}
		return all
	}
	assert.ElementsMatch(t, keys("on"), keys("off"))
	assert.Contains(t, keys("off"), "go")
}

// onWarning is a log that calls f at each warning of a text.
func onWarning(text string, f func()) *slog.Logger { return slog.New(&alarm{text, f}) }

type alarm struct {
	text string
	ring func()
}

func (a *alarm) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }
func (a *alarm) WithAttrs([]slog.Attr) slog.Handler           { return a }
func (a *alarm) WithGroup(string) slog.Handler                { return a }

func (a *alarm) Handle(_ context.Context, r slog.Record) error {
	if r.Message == a.text {
		a.ring()
	}
	return nil
}
