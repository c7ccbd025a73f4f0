package client_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/wandbtest"
)

// volume is a file system of which the files below dir are part.
type volume struct {
	dir  string
	room atomic.Int64
	hang atomic.Pointer[chan struct{}] // its operations wait for it, if it is not nil
}

// volumeFile is a log on a volume.
type volumeFile struct {
	*os.File
	on *volume
}

func (f volumeFile) wait() {
	if hang := f.on.hang.Load(); hang != nil {
		<-*hang
	}
}

func (f volumeFile) WriteAt(b []byte, off int64) (int, error) {
	f.wait()
	room := max(0, min(int64(len(b)), f.on.room.Load()))
	f.on.room.Add(-room)
	n, err := f.File.WriteAt(b[:room], off)
	if err == nil && n < len(b) {
		err = syscall.ENOSPC
	}
	return n, err
}

func (f volumeFile) Sync() error {
	f.wait()
	return f.File.Sync()
}

func (f volumeFile) Deleted() bool {
	f.wait()
	return false
}

// twoVolumes is a client whose runs are stored on one volume, and whose temporary directory
// is on another.
type twoVolumes struct {
	*client.Client
	main, temp *volume
	output     *logFile
}

func newTwoVolumes(t *testing.T, s *wandbtest.Server) *twoVolumes {
	t.Helper()
	m := &twoVolumes{main: &volume{dir: t.TempDir()}, temp: &volume{dir: t.TempDir()}, output: &logFile{}}
	m.main.room.Store(100 << 10)
	m.temp.room.Store(1 << 40)
	m.Client = newClient(t, s, key("member"), m.output.listen, func(o *client.Options) {
		quickly(o)
		fast := o.Getenv
		o.Dir = m.main.dir
		o.Getenv = func(name string) string {
			if name == "TMPDIR" {
				return m.temp.dir
			}
			return fast(name)
		}
	})
	m.UseJournalFile(func(path string) (journal.File, error) {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		on := m.main
		if strings.HasPrefix(path, m.temp.dir) {
			on = m.temp
		}
		return volumeFile{f, on}, nil
	})
	return m
}

func (m *twoVolumes) init(t *testing.T, mode client.Mode) *client.Run {
	t.Helper()
	run, err := m.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "full", Mode: mode, StatsInterval: -1})
	require.NoError(t, err)
	return run
}

// logText logs rows of a size.
func logText(t *testing.T, run *client.Run, from, to, size int) {
	t.Helper()
	text := strings.Repeat("x", size)
	for i := from; i < to; i++ {
		if err := run.Log(map[string]any{"i": i, "text": text}); err != nil {
			require.NotErrorIs(t, err, errors.ErrRowLost)
		}
	}
}

// assertSynced syncs what the machine has, and checks that the server has every row once.
func (m *twoVolumes) assertSynced(t *testing.T, s *wandbtest.Server, rows int) {
	t.Helper()
	synced(t, m.Client, client.SyncOptions{})
	v := onServer(t, s, "acme", "team", "full")
	require.Equal(t, rows, len(v.HistoryLines)) //nolint:testifylint // Len would print all rows
	for i, row := range v.History() {
		require.InDelta(t, i, row["i"], 0)
		require.InDelta(t, i, row["_step"], 0)
	}
	assert.InDelta(t, rows-1, v.Summary["i"], 0)
	assert.Equal(t, "finished", v.State)
}

// TestFinish_DiskFull_RestIsOnAnotherFileSystem: the disk is full to the end. What it
// lacks is in the temporary directory, and a sync uploads both.
func TestFinish_DiskFull_RestIsOnAnotherFileSystem(t *testing.T) {
	t.Parallel()
	t.Run("offline", func(t *testing.T) {
		t.Parallel()
		s := wandbtest.New(t, everybody())
		m := newTwoVolumes(t, s)
		run := m.init(t, client.ModeOffline)
		logText(t, run, 0, 3000, 100)
		require.NoError(t, run.Finish(t.Context()))
		assert.Contains(t, m.output.String(), "no space left on device")
		assert.Contains(t, m.output.String(), "the rest of the run's log, from step ")
		assert.Regexp(t, `3000 rows stored in \S.* and (\S.*); to upload the run: wandgo sync \S.* \S.*\n`, m.output.String())
		m.assertSynced(t, s, 3000)
	})
	t.Run("online, silent server", func(t *testing.T) {
		t.Parallel()
		s := wandbtest.New(t, everybody())
		m := newTwoVolumes(t, s)
		run := m.init(t, "")
		silence := s.Inject(wandbtest.Fault{Operation: "file_stream", Hang: true})
		logText(t, run, 0, 3000, 100)
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		err := run.Finish(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, errors.ErrRowLost)
		silence.Remove()
		m.assertSynced(t, s, 3000)
	})
	t.Run("online, refused in mid-run", func(t *testing.T) {
		t.Parallel()
		s := wandbtest.New(t, everybody())
		m := newTwoVolumes(t, s)
		run := m.init(t, "")
		logText(t, run, 0, 2000, 100)
		require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleViewer))
		logText(t, run, 2000, 3000, 100)
		err := run.Finish(t.Context())
		require.ErrorIs(t, err, errors.ErrViewerRole)
		require.NotErrorIs(t, err, errors.ErrRowLost)
		for _, err := range []error{err, run.Err()} {
			assert.Regexp(t, `(?s)\nThe data is on disk:\n  \S[^\n]*\n  \S[^\n]*\n.*\n +wandgo sync \S[^\n]* \S[^\n]*\n`, errors.Explain(err), "both directories")
		}
		require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleMember))
		m.assertSynced(t, s, 3000)
	})
}

// TestLog_DiskFullAndMemoryFillsUp_RestIsOnAnotherFileSystem: the run does not wait for
// its end to go elsewhere.
func TestLog_DiskFullAndMemoryFillsUp_RestIsOnAnotherFileSystem(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	m := newTwoVolumes(t, s)
	run := m.init(t, client.ModeOffline)
	logText(t, run, 0, 100, 90_000) // 9 MB
	require.Eventually(t, func() bool { return strings.Contains(m.output.String(), "the rest of the run's log") }, time.Minute, time.Millisecond)
	logText(t, run, 100, 300, 90_000) // 27 MB in all, more than may wait in memory
	require.NoError(t, run.Err())
	require.NoError(t, run.Finish(t.Context()))
	m.assertSynced(t, s, 300)
}

// TestFinish_EveryDiskFull_LostRowsAreCounted: there is no other file system with room. The
// error says how many rows are lost, and no other is.
func TestFinish_EveryDiskFull_LostRowsAreCounted(t *testing.T) {
	t.Parallel()
	for _, mode := range []client.Mode{client.ModeOffline, client.ModeOnline} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			m := newTwoVolumes(t, s)
			m.temp.room.Store(0)
			run := m.init(t, mode)
			silence := s.Inject(wandbtest.Fault{Operation: "file_stream", Hang: true})
			logText(t, run, 0, 3000, 100)
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			err := run.Finish(ctx)
			require.ErrorIs(t, err, errors.ErrRowLost)
			found := regexp.MustCompile(`(\d+) of 3000 rows are neither on the server nor on disk`).FindStringSubmatch(err.Error())
			require.NotNil(t, found, "%v", err)
			lost, err := strconv.Atoi(found[1])
			require.NoError(t, err)
			rows := 0
			r, err := journal.Open(filepath.Join(run.Dir(), "run-full.wandb"))
			require.NoError(t, err)
			defer func() { require.NoError(t, r.Close()) }()
			_, err = journal.Replay(r, &journal.Handler{History: func([]byte, int64) error { rows++; return nil }})
			require.NoError(t, err)
			assert.Equal(t, 3000, rows+lost)
			left, err := filepath.Glob(filepath.Join(m.temp.dir, "*"))
			require.NoError(t, err)
			assert.Empty(t, left, "nothing is left where there was no room either")
			silence.Remove()
		})
	}
}

// TestFinish_DiskHangs_ReturnsAndRestIsElsewhere: a file system that does not respond holds
// up neither Log nor Finish for long.
func TestFinish_DiskHangs_ReturnsAndRestIsElsewhere(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	m := newTwoVolumes(t, s)
	m.main.room.Store(1 << 40)
	run := m.init(t, client.ModeOffline)
	hang := make(chan struct{})
	defer close(hang)
	m.main.hang.Store(&hang)
	begin := time.Now()
	logText(t, run, 0, 3000, 100)
	require.NoError(t, run.Finish(t.Context()))
	assert.Less(t, time.Since(begin), 10*time.Second*slowness)
	assert.Contains(t, m.output.String(), "does not respond")
	m.assertSynced(t, s, 3000)
}

// TestSync_HungWriteSucceedsLater_EveryRowOnce: the disk responds again after the log continued
// elsewhere, so both logs have some of the rows.
func TestSync_HungWriteSucceedsLater_EveryRowOnce(t *testing.T) {
	t.Parallel()
	for _, first := range []int{0, 50} { // rows that were written before
		t.Run(strconv.Itoa(first), func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			m := newTwoVolumes(t, s)
			m.main.room.Store(1 << 40)
			run := m.init(t, client.ModeOffline)
			logText(t, run, 0, first, 100)
			require.NoError(t, run.Flush(t.Context()))
			before := len(onDisk(t, run.Dir()).Rows)
			hang := make(chan struct{})
			m.main.hang.Store(&hang)
			logText(t, run, first, 3000, 100)
			dir := run.Dir()
			require.NoError(t, run.Finish(t.Context()))
			close(hang)
			require.Eventually(t, func() bool { return len(onDiskSoFar(t, dir).Rows) > before }, time.Minute, 10*time.Millisecond)
			m.assertSynced(t, s, 3000)
		})
	}
}
