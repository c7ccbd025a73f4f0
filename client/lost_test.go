package client_test

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// lostRun is a run of the member that the server takes no more.
func lostRun(t *testing.T, s *wandbtest.Server, c *client.Client) *client.Run {
	t.Helper()
	told := make(chan error, 1)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
	require.NoError(t, err)
	log(t, run, 0, 3)
	stored(t, s, run, 3)
	loseRun(t, s, run)
	require.ErrorIs(t, <-told, errors.ErrViewerRole)
	return run
}

// loseRun has the server take no more of a run, and waits until the run knows.
func loseRun(t *testing.T, s *wandbtest.Server, run *client.Run) {
	t.Helper()
	require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleViewer))
	log(t, run, 3, 4)
	require.Eventually(t, func() bool { return run.Err() != nil }, time.Minute, time.Millisecond)
}

// TestAlertsOfALostRun: those that came while the server did not take the run reach it
// with a sync, and no other does.
func TestAlertsOfALostRun(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	told := make(chan error, 1)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
	require.NoError(t, err)
	var all sync.WaitGroup
	for i := range 5 {
		all.Go(func() { assert.NoError(t, run.Alert(t.Context(), client.Alert{Title: fmt.Sprint("early ", i)})) })
	}
	all.Wait()
	log(t, run, 0, 3)
	stored(t, s, run, 3)
	require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleViewer))
	require.ErrorIs(t, run.Alert(t.Context(), client.Alert{Title: "refused"}), errors.ErrViewerRole, "whoever is told so sends it again, or does not")
	require.ErrorIs(t, <-told, errors.ErrViewerRole)
	log(t, run, 3, 4)
	require.Eventually(t, func() bool {
		p, ok := errors.AsType[*errors.PermissionError](run.Err())
		return ok && p.Op == "upload run"
	}, time.Minute, time.Millisecond)
	for _, title := range []string{"late 1", "late 2", "late 1"} { // the last comes too soon
		require.NoError(t, run.Alert(t.Context(), client.Alert{Title: title}))
	}
	require.Error(t, run.Finish(t.Context()))
	require.ErrorIs(t, run.Alert(t.Context(), client.Alert{Title: "after the end"}), errors.ErrRunFinished)
	require.Len(t, onServer(t, s, "acme", "team", run.ID()).Alerts, 5)

	require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleMember))
	report := synced(t, c, client.SyncOptions{}, run.Dir())
	assert.Equal(t, 2, report.Runs[0].Alerts)
	synced(t, c, client.SyncOptions{IncludeSynced: true}, run.Dir())
	alerts := onServer(t, s, "acme", "team", run.ID()).Alerts
	require.Len(t, alerts, 7)
	assert.Equal(t, "late 1", alerts[5].Title)
	assert.Equal(t, "late 2", alerts[6].Title)
}

// TestAlertOffline: an offline run's alerts are in its journal.
func TestAlertOffline(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "r1", Mode: "offline"})
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, run.Alert(t.Context(), client.Alert{Title: "kept", Text: "at step 3", Level: client.AlertError}))
	}
	require.NoError(t, run.Finish(t.Context()))
	assert.Equal(t, 1, synced(t, c, client.SyncOptions{}).Runs[0].Alerts)
	assert.Equal(t, []wandbtest.Alert{{Title: "kept", Text: "at step 3", Severity: "ERROR", Wait: time.Minute}}, onServer(t, s, "acme", "team", "r1").Alerts)
}

// TestFinishSaysWhyItHadNoTime: an answer that was repeated until the time was up is
// the reason for that.
func TestFinishSaysWhyItHadNoTime(t *testing.T) {
	t.Parallel()
	later := http.Header{"Retry-After": {"3600"}}
	tests := []struct {
		name  string
		fault wandbtest.Fault
		cause error // nil where nothing is known but the end of the time
		has   string
	}{
		{"rows, 429", wandbtest.Fault{Operation: "file_stream", Status: 429, Header: later}, errors.ErrRateLimited, "HTTP 429"},
		{"rows, 503", wandbtest.Fault{Operation: "file_stream", Status: 503, Body: `{"error":"back soon"}`}, errors.ErrServerUnavailable, "back soon"},
		{"rows, no connection", wandbtest.Fault{Operation: "file_stream", Cut: wandbtest.CutBefore}, errors.ErrServerUnavailable, "EOF"},
		{"rows, no answer", wandbtest.Fault{Operation: "file_stream", Hang: true}, nil, "deadline exceeded"},
		{"settings, 429", wandbtest.Fault{Operation: "UpsertBucket", Status: 429, Header: later}, errors.ErrRateLimited, "HTTP 429"},
		{"addresses, 429", wandbtest.Fault{Operation: "CreateRunFiles", Status: 429, Header: later}, errors.ErrRateLimited, "HTTP 429"},
		{"files, 503", wandbtest.Fault{Operation: "PUT", Status: 503, Header: later}, errors.ErrServerUnavailable, "HTTP 503"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			// Nothing is sent at the end of the time: the server might take it after the sync.
			c := newClient(t, s, key("member"), at(briefly), quicklyWith(
				"WANDB_X_FILE_STREAM_RETRY_WAIT_MIN_SECONDS", "3600", "WANDB_X_FILE_STREAM_RETRY_WAIT_MAX_SECONDS", "3600"), described)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
			require.NoError(t, err)
			log(t, run, 0, 3)
			stored(t, s, run, 3)
			fault := s.Inject(tt.fault)
			change(t, run)
			log(t, run, 3, 6)
			require.NoError(t, fault.Wait(t.Context(), 1))
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			err = run.Finish(ctx)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.NotErrorIs(t, err, context.Canceled, "nobody did")
			assert.Contains(t, err.Error(), tt.has)
			if tt.cause != nil {
				assertTyped(t, err, tt.cause)
				assert.True(t, errors.IsRetryable(err))
				assertTyped(t, run.Err(), tt.cause)
			} else {
				assert.Empty(t, errors.Code(err), "a server that has not answered yet is not said to be away")
			}
			assertRowsOnce(t, s, run, 6)
			assert.Empty(t, onDisk(t, run.Dir()).Refusal, "it is none")
			fault.Remove()
			assertRepaired(t, s, c, run, 6)
		})
	}
}

// TestSettingsWait: a server that is away for longer than a request is repeated has
// refused nothing.
func TestSettingsWait(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly, at(briefly))
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { assert.NoError(t, err) }})
	require.NoError(t, err)
	away := s.Inject(wandbtest.Fault{Operation: "UpsertBucket", Status: 503, Count: 30})
	require.NoError(t, run.UpdateConfig(map[string]any{"late": 1}))
	require.NoError(t, away.Wait(t.Context(), 25), "a second request is made")
	require.NoError(t, run.Err())
	_, err = s.WaitRun(t.Context(), "acme", "team", run.ID(), func(v wandbtest.RunView) bool { return v.Config["late"] != nil })
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
}

// TestLostWithoutADisk: the server takes the run no more, and the disk, which had no
// place for it before, has none or has one by now.
func TestLostWithoutADisk(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T) (s *wandbtest.Server, run *client.Run, place string, told chan error) {
		t.Helper()
		s, told = wandbtest.New(t, everybody()), make(chan error, 2)
		place = filepath.Join(t.TempDir(), "place")
		require.NoError(t, os.WriteFile(place, nil, 0o600))
		c := newClient(t, s, key("member"), environ("TMPDIR", place, "WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL", "0.001"), func(o *client.Options) { o.Dir = place })
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
		require.NoError(t, err)
		log(t, run, 0, 3)
		stored(t, s, run, 3)
		require.Empty(t, run.Dir())
		return s, run, place, told
	}
	t.Run("no place", func(t *testing.T) {
		t.Parallel()
		s, run, _, told := start(t)
		require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleViewer))
		log(t, run, 3, 4)
		for _, err := range []error{<-told, run.Err()} {
			require.ErrorIs(t, err, errors.ErrViewerRole)
			_, ok := errors.AsType[*fs.PathError](err)
			assert.True(t, ok, "the disk's reason as well: %v", err)
		}
		require.ErrorIs(t, run.Log(map[string]any{"i": 4}), errors.ErrRowLost)
		require.ErrorIs(t, run.Alert(t.Context(), client.Alert{Title: "x"}), errors.ErrViewerRole)
		require.ErrorIs(t, run.MarkPreempting(), errors.ErrViewerRole)
		err := run.Finish(t.Context())
		require.ErrorIs(t, err, errors.ErrViewerRole)
		assert.Contains(t, err.Error(), "persist unsent rows of run acme/team/")
		assert.Empty(t, run.Dir())
		assert.Empty(t, told)
		assert.Equal(t, 1, asked(s))
	})
	t.Run("a place by now", func(t *testing.T) {
		t.Parallel()
		s, run, place, told := start(t)
		require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleViewer))
		require.NoError(t, os.Remove(place))
		log(t, run, 3, 4)
		require.ErrorIs(t, <-told, errors.ErrViewerRole)
		log(t, run, 4, 9)
		require.ErrorIs(t, run.Finish(t.Context()), errors.ErrViewerRole)
		rows := onDisk(t, run.Dir()).Rows
		require.Len(t, rows, 6, "those that the server does not have")
		for i, row := range rows {
			assert.InDelta(t, i+3, row["i"], 0)
		}
	})
}

// TestSpillIsInTheRunsDirectory: the temporary directory may be a part of the memory.
func TestSpillIsInTheRunsDirectory(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("it shows what files are open")
	}
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	hang := s.Inject(wandbtest.Fault{Operation: "file_stream", Hang: true})
	text := strings.Repeat("x", 64<<10)
	for i := range 200 {
		require.NoError(t, run.Log(map[string]any{"i": i, "text": text}))
	}
	var spilled []string
	open, err := filepath.Glob("/proc/self/fd/*")
	require.NoError(t, err)
	for _, fd := range open {
		if path, err := os.Readlink(fd); err == nil && strings.HasPrefix(path, run.Dir()) && strings.Contains(path, ".spill") {
			spilled = append(spilled, path)
		}
	}
	assert.NotEmpty(t, spilled)
	hang.Remove()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, run.Finish(ctx))
}

// TestFinishDoesNotCopyForEver: files that are too large to be copied while ctx lasts
// are named.
func TestFinishDoesNotCopyForEver(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	log(t, run, 0, 3)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err = run.SaveFS(hugeFS{begun: cancel}, "huge", client.SaveAtEnd)
	require.NoError(t, err)
	_, err = run.SaveFS(fstest.MapFS{"small": {Data: []byte("s")}}, "small", client.SaveAtEnd)
	require.NoError(t, err)
	loseRun(t, s, run)
	<-ctx.Done() // it is being copied
	err = run.Finish(ctx)
	require.ErrorIs(t, err, errors.ErrPermissionDenied)
	require.ErrorIs(t, err, context.Canceled)
	assert.Contains(t, err.Error(), "upload huge: not stored on disk: context canceled")
	text, err := os.ReadFile(filepath.Join(run.Dir(), "files", "small"))
	require.NoError(t, err)
	assert.Equal(t, "s", string(text))
}

// hugeFS has one file, which is not read to its end in a lifetime.
type hugeFS struct{ begun func() }

func (h hugeFS) Open(string) (fs.File, error) { return &hugeFile{h.begun}, nil }

type hugeFile struct{ begun func() }

func (h *hugeFile) Read(p []byte) (int, error) {
	h.begun()
	return min(len(p), 1), nil
}
func (h *hugeFile) Close() error               { return nil }
func (h *hugeFile) Stat() (fs.FileInfo, error) { return hugeInfo{}, nil }

type hugeInfo struct{}

func (hugeInfo) Name() string       { return "huge" }
func (hugeInfo) Size() int64        { return 1 << 50 }
func (hugeInfo) Mode() fs.FileMode  { return 0o400 }
func (hugeInfo) ModTime() time.Time { return time.Time{} }
func (hugeInfo) IsDir() bool        { return false }
func (hugeInfo) Sys() any           { return nil }

// TestFilesAtTheEndOfALostRun: what was to wait for the end is kept as it is then,
// whether the server took no more or never had the run.
func TestFilesAtTheEndOfALostRun(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"online", "offline"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly)
			var run *client.Run
			if mode == "online" {
				run = lostRun(t, s, c)
			} else {
				var err error
				run, err = c.Init(t.Context(), client.RunOptions{Mode: client.Mode(mode)})
				require.NoError(t, err)
			}
			files := &changingFS{fsys: fstest.MapFS{"f": {Data: []byte("early")}}}
			_, err := run.SaveFS(files, "f", client.SaveAtEnd)
			require.NoError(t, err)
			files.set(fstest.MapFS{"f": {Data: []byte("final")}})
			err = run.Finish(t.Context())
			assert.Equal(t, mode == "online", errors.Is(err, errors.ErrViewerRole))
			text, err := os.ReadFile(filepath.Join(run.Dir(), "files", "f"))
			require.NoError(t, err)
			assert.Equal(t, "final", string(text))
		})
	}
}
