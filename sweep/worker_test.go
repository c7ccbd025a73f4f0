package sweep_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestAgent_SweepIsPaused_LogsItOnce(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"before the agent starts", "while the agent is idle"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, wandbtest.Solo())
			id := create(t, connect(t, srv, wandbtest.AliceKey), grid(3))
			pause := func() { assert.NoError(t, srv.SetSweepState("acme", "vision", id, "PAUSED")) }
			noTrial := srv.Inject(wandbtest.Fault{Operation: "Heartbeat", Status: 200, Body: `{"data":{"agentHeartbeat":{"agent":{"id":"a"},"commands":"[]"}}}`})
			var pausing sync.WaitGroup
			defer pausing.Wait()
			if name == "before the agent starts" {
				pause()
			} else {
				pausing.Go(func() {
					assert.NoError(t, noTrial.Wait(t.Context(), 5)) // two agents have been idle for two heartbeats
					pause()
				})
			}
			warnings := make(chan string, 10)
			c, err := client.New(client.Options{
				BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Output: io.Discard, Getenv: func(name string) string { return environment[name] },
				Logger: slog.New(slog.NewJSONHandler(writerFunc(func(p []byte) {
					if bytes.Contains(p, []byte("is paused")) {
						warnings <- string(p)
						noTrial.Remove()
						assert.NoError(t, srv.SetSweepState("acme", "vision", id, "RUNNING"))
					}
				}), nil)),
			})
			require.NoError(t, err)
			defer c.Close()
			require.NoError(t, sweep.Agent{Client: c, Sweep: id, Parallel: 2, Heartbeat: beat}.Run(t.Context(), parabola))
			require.Len(t, warnings, 1)
			assert.Contains(t, <-warnings, "To resume it: wandgo sweep resume acme/vision/"+id)
			assert.Len(t, states(t, srv, id), 3)
		})
	}
}

// writerFunc is called with each write.
type writerFunc func(p []byte)

func (f writerFunc) Write(p []byte) (int, error) { f(p); return len(p), nil }

func TestAgent_SweepIsStoppedPausedOrCanceled_Follows(t *testing.T) {
	t.Parallel()
	t.Run("stopped", func(t *testing.T) {
		t.Parallel()
		srv, c := serve(t)
		id := create(t, c, grid(5))
		s, err := sweep.Get(t.Context(), c, id)
		require.NoError(t, err)
		agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat}
		require.NoError(t, agent.Run(t.Context(), func(ctx context.Context, _ *client.Run) error {
			require.NoError(t, s.Stop(ctx))
			return nil
		}))
		assert.Equal(t, []string{"finished"}, states(t, srv, id))
	})
	t.Run("canceled", func(t *testing.T) {
		t.Parallel()
		srv, c := serve(t)
		id := create(t, c, grid(5))
		s, err := sweep.Get(t.Context(), c, id)
		require.NoError(t, err)
		agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat}
		require.NoError(t, agent.Run(t.Context(), func(ctx context.Context, _ *client.Run) error {
			require.NoError(t, s.Cancel(context.WithoutCancel(ctx)))
			<-ctx.Done()
			return ctx.Err()
		}))
		assert.Equal(t, []string{"killed"}, states(t, srv, id))
	})
	t.Run("paused and resumed", func(t *testing.T) {
		t.Parallel()
		srv, c := serve(t)
		id := create(t, c, grid(2))
		s, err := sweep.Get(t.Context(), c, id)
		require.NoError(t, err)
		agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat}
		n := 0
		resumed := make(chan struct{})
		require.NoError(t, agent.Run(t.Context(), func(ctx context.Context, _ *client.Run) error {
			if n++; n > 1 {
				return nil
			}
			require.NoError(t, s.Pause(ctx))
			view, _ := srv.Sweep("acme", "vision", id)
			before := view.Agents[0].Heartbeats
			go func() { // when the agent has asked in vain a few times
				defer close(resumed)
				_, err := srv.WaitSweep(context.WithoutCancel(ctx), "acme", "vision", id, func(v wandbtest.SweepView) bool { return v.Agents[0].Heartbeats > before+3 })
				assert.NoError(t, err)
				assert.NoError(t, s.Resume(context.WithoutCancel(ctx)))
			}()
			return nil
		}))
		<-resumed
		assert.Equal(t, []string{"finished", "finished"}, states(t, srv, id))
	})
}

func TestAgent_SweepIsDeleted_TrialEndsFirst(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	id := create(t, c, grid(5))
	agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat}
	refused := srv.Inject(wandbtest.Fault{Operation: "Heartbeat", After: 1})
	var runID string
	err := agent.Run(t.Context(), func(ctx context.Context, run *client.Run) error {
		runID = run.ID()
		require.NoError(t, srv.DeleteSweep("acme", "vision", id))
		require.NoError(t, refused.Wait(ctx, 1))
		return run.Log(map[string]any{"loss": 1})
	})
	require.ErrorIs(t, err, errors.ErrSweepMissing)
	run, _ := srv.Run("acme", "vision", runID)
	assert.Equal(t, "finished", run.State)
	assert.Len(t, run.HistoryLines, 1)
}

func TestAgent_ServerIsLost_TrialContinuesAndAgentAsksAgain(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	id := create(t, c, grid(2))
	agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat}
	n := 0
	require.NoError(t, agent.Run(t.Context(), func(ctx context.Context, run *client.Run) error {
		if n++; n == 1 {
			for _, f := range []wandbtest.Fault{
				{Operation: "Heartbeat", Count: 3, Status: 500, Body: "down"},
				{Operation: "Heartbeat", Count: 2, Status: 400, Body: `{"errors":[{"message":"'-4' is not in list"}]}`},
				{Operation: "Heartbeat", Count: 1, Cut: wandbtest.CutBefore},
				{Operation: "Heartbeat", Count: 1, Status: 200, Body: `{"data":{"agentHeartbeat":{"agent":{"id":"a"},"commands":"[{]"}}}`},
			} {
				require.NoError(t, srv.Inject(f).Wait(ctx, f.Count))
			}
		}
		return ctx.Err()
	}))
	assert.Equal(t, []string{"finished", "finished"}, states(t, srv, id))
}
