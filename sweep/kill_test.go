//go:build unix

package sweep_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

// Agents are killed in the middle of their trials. In the end every point of
// the grid was handed out once, and every trial has a state.
func TestAgent_ProcessesAreKilled_NoTrialIsLostOrRunTwice(t *testing.T) {
	t.Parallel()
	kills := 6
	if n, err := strconv.Atoi(os.Getenv("WANDGO_CRASHTEST_KILLS")); err == nil && n > 0 {
		kills = min(n, 100)
	}
	var later atomic.Int64
	srv, c := serve(t, wandbtest.WithClock(func() time.Time { return time.Now().Add(time.Duration(later.Load())) }))
	id := create(t, c, grid(kills+4))
	self, err := os.Executable()
	require.NoError(t, err)
	start := func(i int, env ...string) {
		cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestHelper_KilledAgent$")
		cmd.Env = append(env, "WANDGO_TEST_AGENT="+id, "WANDB_BASE_URL="+srv.URL(), "WANDB_API_KEY="+wandbtest.AliceKey, "WANDB_ENTITY=acme", "WANDB_PROJECT=vision", "WANDB_SILENT=true", "WANDB_X_DISABLE_STATS=true", "WANDB_DIR="+t.TempDir())
		stdout, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if lines.Text() == "hangs" {
				break
			}
		}
		if i < kills {
			assert.NoError(t, cmd.Process.Kill())
		}
		_ = cmd.Wait()
	}
	var killing sync.WaitGroup
	slots := make(chan struct{}, 3)
	for i := range kills {
		slots <- struct{}{}
		killing.Go(func() {
			defer func() { <-slots }()
			start(i, "WANDGO_TEST_HANG=true")
		})
	}
	killing.Wait()
	start(kills)
	later.Store(int64(time.Hour))
	checkTrials(t, srv, id, kills)
}

// checkTrials checks that every point of a grid was tried once, and that the killed trials and four more have
// their states.
func checkTrials(t *testing.T, srv *wandbtest.Server, id string, kills int) {
	t.Helper()
	view, _ := srv.Sweep("acme", "vision", id)
	assert.Len(t, view.Runs, kills+4)
	assert.Equal(t, "FINISHED", view.State)
	count := map[string]int{}
	seen := map[any]bool{}
	for _, runID := range view.Runs {
		run, _ := srv.Run("acme", "vision", runID)
		count[run.State]++
		assert.False(t, seen[run.Config["x"]], "%v was tried twice", run.Config["x"])
		seen[run.Config["x"]] = true
	}
	assert.Equal(t, map[string]int{"crashed": kills, "finished": 4}, count)
}

// Agents that run programs are killed, and the programs too. An agent whose program was killed goes on, and the
// program of a killed agent ends.
func TestRunProgram_ProcessesAreKilled_NoTrialIsLostOrRunTwice(t *testing.T) {
	t.Parallel()
	rounds := 1
	if n, err := strconv.Atoi(os.Getenv("WANDGO_CRASHTEST_KILLS")); err == nil && n > 0 {
		rounds = min(n, 100)/2 + 1
	}
	var later atomic.Int64
	srv, c := serve(t, wandbtest.WithClock(func() time.Time { return time.Now().Add(time.Duration(later.Load())) }))
	id := create(t, c, grid(2*rounds+4))
	self, err := os.Executable()
	require.NoError(t, err)
	round := func(hang bool) {
		cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestHelper_KilledProgramAgent$")
		cmd.Env = []string{"WANDGO_TEST_PROGRAM_AGENT=" + id, "WANDGO_TEST_HANG=" + strconv.FormatBool(hang), "WANDB_BASE_URL=" + srv.URL(), "WANDB_API_KEY=" + wandbtest.AliceKey, "WANDB_ENTITY=acme", "WANDB_PROJECT=vision", "WANDB_SILENT=true", "WANDB_X_DISABLE_STATS=true", "WANDB_DIR=" + t.TempDir()}
		stdout, err := cmd.StdoutPipe()
		if !assert.NoError(t, err) || !assert.NoError(t, cmd.Start()) {
			return
		}
		hanging := 0
		lines := bufio.NewScanner(stdout)
		for lines.Scan() { // until the agent and its programs have ended
			pid, ok := strings.CutPrefix(lines.Text(), "hangs ")
			if !ok {
				continue
			}
			n, err := strconv.Atoi(pid)
			assert.NoError(t, err)
			if hanging++; hanging == 2 {
				assert.NoError(t, cmd.Process.Kill())
			}
			if hanging == 1 || runtime.GOOS != "linux" {
				assert.NoError(t, syscall.Kill(n, syscall.SIGKILL))
			}
		}
		_ = cmd.Wait()
		if hang {
			assert.Equal(t, 2, hanging)
		}
	}
	var killing sync.WaitGroup
	slots := make(chan struct{}, 3)
	for range rounds {
		slots <- struct{}{}
		killing.Go(func() {
			defer func() { <-slots }()
			round(true)
		})
	}
	killing.Wait()
	round(false)
	later.Store(int64(time.Hour))
	checkTrials(t, srv, id, 2*rounds)
}

func TestHelper_KilledAgent(t *testing.T) { //nolint:paralleltest // it is a process of its own
	id := os.Getenv("WANDGO_TEST_AGENT")
	if id == "" {
		t.Skip("a process of another test")
	}
	c, err := client.New(client.Options{})
	require.NoError(t, err)
	defer c.Close()
	hang := os.Getenv("WANDGO_TEST_HANG") == "true"
	require.NoError(t, sweep.Agent{Client: c, Sweep: id, Heartbeat: beat}.Run(t.Context(), func(ctx context.Context, run *client.Run) error {
		if err := parabola(ctx, run); err != nil || !hang {
			return err
		}
		fmt.Fprintln(os.Stdout, "hangs")
		<-ctx.Done()
		return ctx.Err()
	}))
}

func TestHelper_KilledProgramAgent(t *testing.T) { //nolint:paralleltest // it is a process of its own
	id := os.Getenv("WANDGO_TEST_PROGRAM_AGENT")
	if id == "" {
		t.Skip("a process of another test")
	}
	c, err := client.New(client.Options{})
	require.NoError(t, err)
	defer c.Close()
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, sweep.Agent{Client: c, Sweep: id, Heartbeat: beat}.RunProgram(t.Context(), sweep.Program{
		Command: []string{self, "-test.run=^TestHelper_KilledProgram$"},
		Env:     append(os.Environ(), "WANDGO_TEST_PROGRAM=true"), Stdout: os.Stdout, Stderr: os.Stderr,
	}))
}

func TestHelper_KilledProgram(t *testing.T) { //nolint:paralleltest // it is a process of its own
	if os.Getenv("WANDGO_TEST_PROGRAM") == "" {
		t.Skip("a process of another test")
	}
	run, err := client.Init(t.Context(), client.RunOptions{})
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"loss": run.Config().Float("x")}))
	if os.Getenv("WANDGO_TEST_HANG") == "true" {
		fmt.Fprintf(os.Stdout, "hangs %d\n", os.Getpid())
		<-t.Context().Done() // never
	}
	require.NoError(t, run.Finish(t.Context()))
}
