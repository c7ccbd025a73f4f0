package sweep_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

// parabola logs the loss (x-3)².
func parabola(_ context.Context, run *client.Run) error {
	var x float64
	if ok, err := run.Config().Get("x", &x); err != nil || !ok {
		return fmt.Errorf("no x: %w", err)
	}
	return run.Log(map[string]any{"loss": (x - 3) * (x - 3)})
}

func TestAgent_Grid_RunsEveryTrialOnce(t *testing.T) {
	t.Parallel()
	for _, parallel := range []int{1, 3} {
		srv, c := serve(t)
		id := create(t, c, grid(7))
		var events []sweep.Event
		agent := sweep.Agent{Client: c, Sweep: "acme/vision/" + id, Parallel: parallel, Heartbeat: beat, OnEvent: func(e sweep.Event) { events = append(events, e) }, Options: client.RunOptions{Tags: []string{"t"}}}
		require.NoError(t, agent.Run(t.Context(), parabola))
		view, ok := srv.Sweep("acme", "vision", id)
		require.True(t, ok)
		assert.Equal(t, "FINISHED", view.State)
		require.Len(t, view.Runs, 7)
		assert.Len(t, view.Agents, parallel)
		assert.Len(t, events, 14)
		seen := map[any]bool{}
		for _, runID := range view.Runs {
			run, _ := srv.Run("acme", "vision", runID)
			assert.Equal(t, "finished", run.State)
			assert.Equal(t, id, run.Sweep)
			assert.Equal(t, "fixed", run.Config["name"])
			assert.Equal(t, []string{"t"}, run.Tags)
			seen[run.Config["x"]] = true
		}
		assert.Len(t, seen, 7)
		best, err := sweep.Get(t.Context(), c, id)
		require.NoError(t, err)
		trial, err := best.BestTrial(t.Context())
		require.NoError(t, err)
		assert.Equal(t, int64(3), trial.Config["x"])
		assert.Equal(t, view.Best, trial.ID)
	}
}

func TestAgent_Count_EndsAfterThatManyTrials(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	id := create(t, c, &sweep.Config{Method: sweep.Random, Parameters: map[string]sweep.Parameter{"x": {Distribution: sweep.Uniform, Min: 0, Max: 6}}})
	agent := sweep.Agent{Client: c, Sweep: id, Count: 5, Parallel: 2, Heartbeat: beat}
	require.NoError(t, agent.Run(t.Context(), parabola))
	view, _ := srv.Sweep("acme", "vision", id)
	assert.Len(t, view.Runs, 5)
	assert.Equal(t, "RUNNING", view.State)
}

func TestAgent_LockedParameter_StaysAndProgramLearns(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	id := create(t, c, grid(1))
	agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat, Options: client.RunOptions{Config: map[string]any{"x": 99, "own": 1}, Project: "elsewhere", ID: "mine"}}
	require.NoError(t, agent.Run(t.Context(), func(_ context.Context, run *client.Run) error {
		assert.ErrorIs(t, run.OverwriteConfig(map[string]any{"x": 100}), errors.ErrInvalidInput)
		return run.UpdateConfig(map[string]any{"later": 2})
	}))
	view, _ := srv.Sweep("acme", "vision", id)
	run, _ := srv.Run("acme", "vision", view.Runs[0])
	for key, want := range map[string]float64{"x": 0, "own": 1, "later": 2} {
		assert.InDelta(t, want, run.Config[key], 0, key)
	}
}

func TestAgent_TrialFailsOrPanics_NextOneRuns(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	id := create(t, c, grid(4))
	var failures []error
	agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat, OnEvent: func(e sweep.Event) {
		if e.Done {
			failures = append(failures, e.Err)
		}
	}}
	n := 0
	require.NoError(t, agent.Run(t.Context(), func(context.Context, *client.Run) error {
		switch n++; n {
		case 1:
			return errors.New("no data")
		case 2:
			var list []int
			_ = list[n] // a panic
		}
		return nil
	}))
	require.Len(t, failures, 4)
	assert.ErrorContains(t, failures[0], "no data")
	p, ok := errors.AsType[*sweep.PanicError](failures[1])
	require.True(t, ok)
	assert.ErrorContains(t, p, "index out of range")
	assert.Contains(t, string(p.Stack), "agent_test.go")
	assert.NoError(t, failures[2])
	assert.Equal(t, []string{"failed", "failed", "finished", "finished"}, states(t, srv, id))
}

func states(t *testing.T, srv *wandbtest.Server, id string) []string {
	t.Helper()
	view, ok := srv.Sweep("acme", "vision", id)
	require.True(t, ok)
	var list []string
	for _, runID := range view.Runs {
		run, _ := srv.Run("acme", "vision", runID)
		list = append(list, run.State)
	}
	return list
}

func TestAgent_FailureRules_GiveUp(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rules sweep.FailureRules
		fails func(n int) bool
		runs  int
		text  string
	}{
		"flapping":      {sweep.FailureRules{}, func(int) bool { return true }, 3, "3 in the first minute"},
		"initial":       {sweep.FailureRules{NoFlapping: true}, func(int) bool { return true }, 6, "6, and none has succeeded"},
		"fewer initial": {sweep.FailureRules{NoFlapping: true, MaxInitial: 1}, func(int) bool { return true }, 2, "2, and none"},
		"consecutive":   {sweep.FailureRules{NoFlapping: true, MaxConsecutive: 2}, func(n int) bool { return n == 1 || n > 3 }, 5, "2 in a row"},
		"none":          {sweep.FailureRules{NoFlapping: true, MaxInitial: -1}, func(int) bool { return true }, 9, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c := serve(t)
			id := create(t, c, grid(9))
			agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat, Failures: tc.rules}
			n := 0
			bad := errors.New("bad")
			err := agent.Run(t.Context(), func(context.Context, *client.Run) error {
				if n++; tc.fails(n) {
					return bad
				}
				return nil
			})
			assert.Len(t, states(t, srv, id), tc.runs)
			if tc.text == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, sweep.ErrTooManyFailures)
			require.ErrorIs(t, err, bad)
			assert.ErrorContains(t, err, tc.text)
		})
	}
}

func TestAgent_ServerStopsTrial_OnlyItsContextEnds(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	id := create(t, c, grid(4))
	var results sync.Map
	agent := sweep.Agent{Client: c, Sweep: id, Parallel: 2, Heartbeat: beat, OnEvent: func(e sweep.Event) {
		if e.Done {
			results.Store(e.Trial.RunID, e.Err)
		}
	}}
	var first atomic.Value
	require.NoError(t, agent.Run(t.Context(), func(ctx context.Context, run *client.Run) error {
		if first.CompareAndSwap(nil, run.ID()) {
			require.NoError(t, srv.StopRun("acme", "vision", run.ID()))
			<-ctx.Done()
			assert.ErrorIs(t, context.Cause(ctx), client.ErrStopped)
			return ctx.Err()
		}
		assert.NoError(t, ctx.Err())
		return nil
	}))
	n := 0
	results.Range(func(id, err any) bool {
		if n++; id == first.Load() {
			assert.ErrorIs(t, err.(error), client.ErrStopped)
		} else {
			assert.Nil(t, err)
		}
		return true
	})
	assert.Equal(t, 4, n)
	assert.ElementsMatch(t, []string{"killed", "finished", "finished", "finished"}, states(t, srv, id))
}

func TestAgent_Refused_IsDiagnosed(t *testing.T) {
	t.Parallel()
	t.Run("no sweep", func(t *testing.T) {
		t.Parallel()
		_, c := serve(t)
		create(t, c, grid(1))
		err := sweep.Agent{Client: c, Sweep: "acme/vision/none1234"}.Run(t.Context(), parabola)
		require.ErrorIs(t, err, errors.ErrSweepMissing)
		assert.ErrorContains(t, err, "run sweep none1234 of acme/vision")
	})
	t.Run("no project", func(t *testing.T) {
		t.Parallel()
		_, c := serve(t)
		err := sweep.Agent{Client: c, Sweep: "acme/none/none1234"}.Run(t.Context(), parabola)
		require.ErrorIs(t, err, errors.ErrProjectMissing)
	})
	t.Run("not a member", func(t *testing.T) {
		t.Parallel()
		_, c := serve(t)
		err := sweep.Agent{Client: c, Sweep: "globex/vision/none1234"}.Run(t.Context(), parabola)
		require.ErrorIs(t, err, errors.ErrNotTeamMember)
		_, err = sweep.Create(t.Context(), c, &sweep.Config{Entity: "globex", Project: "vision", Method: sweep.Grid, Parameters: map[string]sweep.Parameter{"x": {Value: 1}}})
		require.ErrorIs(t, err, errors.ErrNotTeamMember)
	})
	t.Run("viewer", func(t *testing.T) {
		t.Parallel()
		srv, c := serve(t)
		id := create(t, c, grid(3))
		require.NoError(t, srv.SetRole("acme", "alice", wandbtest.RoleViewer))
		err := sweep.Agent{Client: c, Sweep: id}.Run(t.Context(), parabola)
		require.ErrorIs(t, err, errors.ErrViewerRole)
		_, err = sweep.Create(t.Context(), c, grid(1))
		require.ErrorIs(t, err, errors.ErrViewerRole)
		s, err := sweep.Get(t.Context(), c, id)
		require.NoError(t, err)
		require.ErrorIs(t, s.Pause(t.Context()), errors.ErrViewerRole)
	})
	t.Run("viewer later", func(t *testing.T) {
		t.Parallel()
		srv, c := serve(t)
		id := create(t, c, grid(3))
		refused := srv.Inject(wandbtest.Fault{Operation: "Heartbeat", After: 1})
		err := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat}.Run(t.Context(), func(ctx context.Context, _ *client.Run) error {
			require.NoError(t, srv.SetRole("acme", "alice", wandbtest.RoleViewer))
			require.NoError(t, refused.Wait(ctx, 1))
			return nil
		})
		require.ErrorIs(t, err, errors.ErrViewerRole)
	})
	t.Run("no key", func(t *testing.T) {
		t.Parallel()
		srv, _ := serve(t)
		err := sweep.Agent{Client: connect(t, srv, ""), Sweep: "x1234567"}.Run(t.Context(), parabola)
		require.ErrorIs(t, err, errors.ErrPermissionDenied)
	})
}

func TestAgent_ContextEnds_TrialIsFinishedAsFailed(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	id := create(t, c, grid(3))
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	enough := errors.New("enough")
	err := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat}.Run(ctx, func(ctx context.Context, run *client.Run) error {
		require.NoError(t, run.Log(map[string]any{"loss": 1}))
		cancel(enough)
		<-ctx.Done()
		return ctx.Err()
	})
	require.ErrorIs(t, err, enough)
	assert.Equal(t, []string{"failed"}, states(t, srv, id))
}

func TestAgent_InvalidFields_AreInputErrors(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	for name, agent := range map[string]sweep.Agent{
		"client": {Sweep: "x"}, "count": {Client: c, Sweep: "x", Count: -1}, "parallel": {Client: c, Sweep: "x", Parallel: -1},
		"path": {Client: c, Sweep: "a/b/c/d"}, "empty": {Client: c}, "heartbeat": {Client: c, Sweep: "x", Heartbeat: -time.Second},
	} {
		require.ErrorIs(t, agent.Run(t.Context(), parabola), errors.ErrInvalidInput, name)
	}
	assert.Empty(t, srv.Requests())
}

// A program that is started by hand joins by its environment.
func TestRun_SweepIDInTheEnvironment_JoinsTheSweep(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	id := create(t, c, grid(3))
	env := map[string]string{"WANDB_SWEEP_ID": id}
	maps.Copy(env, environment)
	joined, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Output: io.Discard, Getenv: func(name string) string { return env[name] }})
	require.NoError(t, err)
	defer joined.Close()
	run, err := joined.Init(t.Context(), client.RunOptions{})
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"loss": 0.5}))
	require.NoError(t, run.Finish(t.Context()))
	view, _ := srv.Sweep("acme", "vision", id)
	assert.Equal(t, []string{run.ID()}, view.Runs)
	assert.InDelta(t, 0.5, view.BestValue, 0)
}
