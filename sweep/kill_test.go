//go:build unix

package sweep_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
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
