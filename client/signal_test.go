//go:build unix

package client_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// The test binary is its own child process: -child says what it does, and
// -childurl and -childdir where.
var (
	child    = flag.String("child", "", "be a child process of this kind")
	childURL = flag.String("childurl", "", "the child's server")
	childDir = flag.String("childdir", "", "the child's directory")
)

// errBoom is what a child panics with.
var errBoom = errors.New("boom")

// TestChild is a program with a run, to be ended in some way.
func TestChild(t *testing.T) { //nolint:paralleltest // it is alone in its process
	if *child == "" {
		t.Skip("started by TestProgramsEnd")
	}
	stderr := &signalWatch{told: make(chan struct{})}
	c, err := client.New(client.Options{BaseURL: *childURL, APIKey: wandbtest.AliceKey, Dir: *childDir, Getenv: alone, Output: stderr})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	run, err := c.Init(t.Context(), client.RunOptions{Project: "p", ID: "child"})
	require.NoError(t, err)
	defer run.FinishOnPanic(0)
	if *child != "deaf" { // before anything that the parent waits for
		_, stop := run.NotifyContext(t.Context())
		defer stop()
	}
	fmt.Fprintln(run.Stdout(os.Stdout), "training")
	for i := range 3 {
		require.NoError(t, run.Log(map[string]any{"i": i}))
	}
	switch *child {
	case "panic":
		panic(errBoom)
	case "preempting":
		require.NoError(t, run.MarkPreempting())
	}
	<-run.Context().Done()
	e, ok := errors.AsType[*client.InterruptedError](context.Cause(run.Context()))
	require.True(t, ok)
	fmt.Fprintln(run.Stdout(os.Stdout), "stopping")
	if *child == "stubborn" { // goes on as if nothing had happened
		<-stderr.told
		fmt.Fprintln(run.Stdout(os.Stdout), "so what")
		require.NoError(t, run.Log(map[string]any{"i": 3}))
		<-t.Context().Done()
	}
	require.NoError(t, run.FinishWithCode(t.Context(), e.ExitCode()))
}

func TestProgramsEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, child string
		signals     []syscall.Signal
		twice       bool           // the second signal follows at once
		died        syscall.Signal // what killed it, 0 if it ended
		exit        int
		state       string
		code        int
		rows        int
		says        string // by the run's console
		preempting  bool
	}{
		{name: "panic", child: "panic", exit: 2, state: "failed", code: 1, rows: 3, says: "panic: boom"},
		{name: "SIGTERM", child: "polite", signals: []syscall.Signal{syscall.SIGTERM}, state: "failed", code: 143, rows: 3},
		{name: "Ctrl-C", child: "polite", signals: []syscall.Signal{syscall.SIGINT}, state: "failed", code: 255, rows: 3},
		{name: "second Ctrl-C", child: "stubborn", signals: []syscall.Signal{syscall.SIGINT, syscall.SIGINT}, died: syscall.SIGINT, state: "crashed", rows: 3, says: "training"},
		{name: "SIGTERM, sent twice", child: "polite", signals: []syscall.Signal{syscall.SIGTERM, syscall.SIGTERM}, twice: true, state: "failed", code: 143, rows: 3},
		{name: "nobody listens", child: "deaf", signals: []syscall.Signal{syscall.SIGTERM}, died: syscall.SIGTERM, state: "crashed", rows: 3},
		{name: "SIGKILL", child: "polite", signals: []syscall.Signal{syscall.SIGKILL}, died: syscall.SIGKILL, state: "crashed", rows: 3},
		{name: "preempting", child: "preempting", signals: []syscall.Signal{syscall.SIGTERM}, state: "failed", code: 143, rows: 3, preempting: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.died != 0 && c.died != syscall.SIGKILL && signal.Ignored(c.died) {
				t.Skipf("whoever started the tests ignores %v, and so does each child", c.died)
			}
			var offset atomic.Int64
			s := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithClock(func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }))
			exe, err := os.Executable()
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, exe, "-test.run=^TestChild$", "-child="+c.child, "-childurl="+s.URL(), "-childdir="+t.TempDir())
			var output bytes.Buffer
			lines := make(chan string, 100)
			cmd.Stderr, cmd.Stdout = &output, lineWriter(lines)
			require.NoError(t, cmd.Start())
			if c.twice {
				s.Inject(wandbtest.Fault{Operation: "file_stream", After: 1, Delay: 200 * time.Millisecond})
			}
			if len(c.signals) > 0 {
				_, err = s.WaitRun(ctx, "acme", "p", "child", func(v wandbtest.RunView) bool { return len(v.HistoryLines) > 0 && v.Preempting == c.preempting })
				require.NoError(t, err)
				waitLine(ctx, t, lines, "training")
			}
			for i, signal := range c.signals {
				switch {
				case i == 0:
				case c.twice: // while Finish uploads
					waitLine(ctx, t, lines, "stopping")
				default:
					waitLine(ctx, t, lines, "so what")
				}
				require.NoError(t, cmd.Process.Signal(signal))
			}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				_ = cmd.Wait()
			}()
			for alive := true; alive; { // a second signal counts after a while
				select {
				case <-ended:
					alive = false
				case <-time.After(50 * time.Millisecond):
					if c.died != 0 && len(c.signals) > 1 {
						_ = cmd.Process.Signal(c.signals[0])
					}
				}
			}
			status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
			require.True(t, ok)
			if c.died != 0 {
				require.True(t, status.Signaled(), "%v", cmd.ProcessState)
				assert.Equal(t, c.died, status.Signal())
			} else {
				assert.Equal(t, c.exit, status.ExitStatus(), "%s", output.String())
			}
			received := 0 // lines that say so
			if len(c.signals) > 0 && c.child != "deaf" && c.signals[0] != syscall.SIGKILL {
				received = 1
			}
			assert.Equal(t, received, strings.Count(output.String(), "wandgo: received SIG"), output.String())
			if c.child == "panic" {
				assert.Contains(t, output.String(), "panic: boom", "the panic goes on with its value")
				assert.Contains(t, output.String(), "TestChild", "and where it was from")
			}

			v, _ := s.Run("acme", "p", "child")
			if c.state == "crashed" {
				assert.Equal(t, "running", v.State, "the server does not know yet")
				assert.Nil(t, v.ExitCode)
				offset.Store(int64(6 * time.Minute))
				v, _ = s.Run("acme", "p", "child")
			} else {
				require.NotNil(t, v.ExitCode)
				assert.Equal(t, c.code, *v.ExitCode)
				assert.Len(t, v.HistoryLines, c.rows)
				assert.Contains(t, strings.Join(v.Logs, "\n"), "training")
			}
			assert.Equal(t, c.state, v.State)
			assert.Equal(t, c.preempting, v.Preempting)
			if c.child == "panic" {
				assert.Contains(t, strings.Join(v.Logs, "\n"), c.says)
			}
		})
	}
}

// signalWatch writes to stderr, and closes told when it has told of a signal.
type signalWatch struct {
	told chan struct{}
	once sync.Once
}

func (w *signalWatch) Write(p []byte) (int, error) {
	n, err := os.Stderr.Write(p)
	if bytes.Contains(p, []byte("received SIG")) {
		w.once.Do(func() { close(w.told) })
	}
	return n, err
}

// lineWriter sends what is written to it, line by line.
type lineWriter chan<- string

func (w lineWriter) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		w <- strings.TrimSpace(line)
	}
	return len(p), nil
}

func waitLine(ctx context.Context, t *testing.T, lines <-chan string, want string) {
	t.Helper()
	for {
		select {
		case line := <-lines:
			if line == want {
				return
			}
		case <-ctx.Done():
			require.Fail(t, "the child did not say "+want)
		}
	}
}

func TestNotifyContext_Signal_EndsTheContextsOfEachRun(t *testing.T) { //nolint:paralleltest // signals are the process's
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	run, err := c.Init(t.Context(), client.RunOptions{Project: "p"})
	require.NoError(t, err)
	other, err := c.Init(t.Context(), client.RunOptions{Project: "p"})
	require.NoError(t, err)
	ctx, _ := run.NotifyContext(t.Context(), syscall.SIGUSR1)
	_, stopOther := other.NotifyContext(t.Context(), syscall.SIGUSR1)
	defer stopOther()
	quiet, stop := run.NotifyContext(t.Context(), syscall.SIGUSR2)
	stop()
	stop()
	require.ErrorIs(t, quiet.Err(), context.Canceled)
	require.NoError(t, run.Context().Err())
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGUSR1))
	<-ctx.Done()
	require.ErrorIs(t, context.Cause(ctx), client.ErrInterrupted)
	for _, r := range []*client.Run{run, other} {
		<-r.Context().Done()
		cause := context.Cause(r.Context())
		require.ErrorIs(t, cause, client.ErrInterrupted)
		e, ok := errors.AsType[*client.InterruptedError](cause)
		require.True(t, ok)
		assert.Equal(t, syscall.SIGUSR1, e.Signal)
		assert.Equal(t, 138, e.ExitCode())
		assert.Equal(t, "the program was stopped by the signal user defined signal 1", e.Error())
		require.NoError(t, r.Log(map[string]any{"x": 1}), "the run takes what there is to say")
		require.NoError(t, r.FinishWithCode(t.Context(), e.ExitCode()))
		ctx, stop := r.NotifyContext(t.Context(), syscall.SIGUSR2)
		require.ErrorIs(t, context.Cause(ctx), client.ErrInterrupted, "the run is finished")
		stop()
	}
}

func TestFinishOnPanicIsQuietOtherwise(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	run, err := newClient(t, s, wandbtest.AliceKey).Init(t.Context(), client.RunOptions{Project: "p"})
	require.NoError(t, err)
	func() { defer run.FinishOnPanic(time.Minute) }()
	require.NoError(t, run.Log(map[string]any{"x": 1}), "the run goes on")
	assert.PanicsWithValue(t, errBoom, func() {
		defer run.FinishOnPanic(time.Minute)
		panic(errBoom)
	})
	v, _ := s.Run("acme", "p", run.ID())
	assert.Equal(t, "failed", v.State)
	assert.Empty(t, v.Logs, "console output was not asked for")
	assert.PanicsWithValue(t, "again", func() {
		defer run.FinishOnPanic(time.Minute)
		panic("again")
	}, "also after the end")
}

func TestPreempting(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	for _, mode := range []string{"online", "offline", "disabled"} {
		run, err := c.Init(t.Context(), client.RunOptions{Project: "p", ID: mode, Mode: client.Mode(mode)})
		require.NoError(t, err)
		require.NoError(t, run.MarkPreempting())
		if mode == "online" {
			_, err = s.WaitRun(t.Context(), "acme", "p", mode, func(v wandbtest.RunView) bool { return v.Preempting })
			require.NoError(t, err)
		}
		require.NoError(t, run.Finish(t.Context()))
		require.ErrorIs(t, run.MarkPreempting(), errors.ErrRunFinished)
		if dir := run.Dir(); dir != "" {
			assert.True(t, onDisk(t, dir).Preempting, mode)
		}
	}
}
