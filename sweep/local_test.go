//go:build unix

package sweep_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/sweep"
)

// offline returns a client that needs no server.
func offline(tb testing.TB, dir string) *client.Client {
	tb.Helper()
	env := map[string]string{"WANDB_MODE": "offline", "WANDB_X_DISABLE_STATS": "true", "WANDB_X_DISABLE_META": "true"}
	c, err := client.New(client.Options{Dir: dir, Output: io.Discard, Getenv: func(name string) string { return env[name] }})
	require.NoError(tb, err)
	tb.Cleanup(func() { c.Close() })
	return c
}

// bowl reports the loss (x-3)².
func bowl(_ context.Context, run *client.Run, t *sweep.LocalTrial) error {
	x, ok := t.Params["x"].(float64)
	if !ok {
		return fmt.Errorf("x is %v", t.Params["x"])
	}
	return t.Report(run, map[string]any{"loss": (x - 3) * (x - 3)})
}

func results(t *testing.T, dir string) (list []sweep.Result, states map[string]int) {
	t.Helper()
	list, err := sweep.Results(dir)
	require.NoError(t, err)
	states = map[string]int{}
	for _, r := range list {
		states[r.State]++
	}
	return list, states
}

func TestLocal_Grid_RunsEveryPointOnceAndCanBeContinued(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	dir := filepath.Join(t.TempDir(), "state")
	cfg := grid(7)
	local := sweep.Local{Client: c, Config: cfg, Dir: dir, Name: "bowl", Count: 3, Options: client.RunOptions{Tags: []string{"t"}}}
	require.NoError(t, local.Run(t.Context(), bowl))
	list, _ := results(t, dir)
	assert.Len(t, list, 3)
	stored, err := sweep.Load(filepath.Join(dir, "trials.yaml"))
	require.NoError(t, err)
	assert.Equal(t, []any{"bowl", cfg.Method, cfg.Metric}, []any{stored.Name, stored.Method, stored.Metric})
	local.Count, local.Parallel = 0, 2
	require.NoError(t, local.Run(t.Context(), bowl))
	require.NoError(t, local.Run(t.Context(), bowl), "there is no trial left")
	list, states := results(t, dir)
	assert.Equal(t, map[string]int{"finished": 7}, states)
	seen := map[any]bool{}
	for _, r := range list {
		seen[r.Params["x"]] = true
		run, ok := srv.Run("acme", "vision", r.RunID)
		require.True(t, ok)
		assert.Equal(t, "bowl", run.Group)
		assert.Equal(t, "finished", run.State)
		assert.Equal(t, []string{"t"}, run.Tags)
	}
	assert.Len(t, seen, 7)
	best := sweep.Best(list, sweep.Minimize)
	assert.InDelta(t, 3, best.Params["x"], 0)
	assert.InDelta(t, 0, *best.Value, 0)
	assert.InDelta(t, 9, *sweep.Best(list, sweep.Maximize).Value, 0)
}

func TestLocal_Bayes_FindsTheMinimum(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg := &sweep.Config{
		Method: sweep.Bayes, RunCap: 40, Metric: sweep.Metric{Name: "loss", Target: new(1e-3)},
		Parameters: map[string]sweep.Parameter{"x": {Distribution: sweep.Uniform, Min: -10, Max: 10}},
	}
	require.NoError(t, sweep.Local{Client: offline(t, t.TempDir()), Config: cfg, Dir: dir, Seed: 1}.Run(t.Context(), bowl))
	list, _ := results(t, dir)
	assert.Less(t, len(list), 40, "the target ends the sweep")
	assert.Less(t, *sweep.Best(list, sweep.Minimize).Value, 1e-3)
}

func TestLocal_Hyperband_StopsTheWorseEarly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg := grid(9)
	cfg.EarlyTerminate = &sweep.EarlyTerminate{Type: "hyperband", MinIter: 2, Eta: 3}
	rows := map[any]int{}
	require.NoError(t, sweep.Local{Client: offline(t, t.TempDir()), Config: cfg, Dir: dir}.Run(t.Context(), func(ctx context.Context, run *client.Run, trial *sweep.LocalTrial) error {
		x, _ := trial.Params["x"].(float64)
		for i := range 20 {
			if ctx.Err() != nil {
				assert.ErrorIs(t, context.Cause(ctx), sweep.ErrEarly)
				return ctx.Err()
			}
			rows[x]++
			if err := trial.Report(run, map[string]any{"loss": x + 1/float64(i+1)}); err != nil {
				return err
			}
		}
		return nil
	}))
	list, states := results(t, dir)
	assert.Equal(t, 20, rows[0.0])
	assert.Equal(t, 2, rows[8.0])
	assert.Positive(t, states["stopped"])
	assert.Equal(t, len(list), states["stopped"]+states["finished"])
}

func TestLocal_TrialsThatFail_AreCounted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	local := sweep.Local{Client: offline(t, t.TempDir()), Config: grid(9), Dir: dir}
	err := local.Run(t.Context(), func(context.Context, *client.Run, *sweep.LocalTrial) error { panic("bad") })
	require.ErrorIs(t, err, sweep.ErrTooManyFailures)
	_, states := results(t, dir)
	assert.Equal(t, map[string]int{"failed": 3}, states)
	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, local.Run(ctx, func(ctx context.Context, _ *client.Run, _ *sweep.LocalTrial) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}), context.Canceled)
	_, states = results(t, dir)
	assert.Equal(t, map[string]int{"failed": 4}, states)
}

func TestLocal_ResultOfTheSummary_IsUsedWithoutReports(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, sweep.Local{Client: offline(t, t.TempDir()), Config: grid(2), Dir: dir}.Run(t.Context(), func(_ context.Context, run *client.Run, trial *sweep.LocalTrial) error {
		if trial.Params["x"] == 0.0 {
			return run.Log(map[string]any{"loss": math.NaN()})
		}
		return run.Log(map[string]any{"loss": 5})
	}))
	list, _ := results(t, dir)
	assert.Nil(t, list[0].Value)
	assert.InDelta(t, 5, *list[1].Value, 0)
}

func TestLocal_InvalidFields_AreInputErrors(t *testing.T) {
	t.Parallel()
	c := offline(t, t.TempDir())
	for name, local := range map[string]sweep.Local{
		"client": {Config: grid(1), Dir: "x"}, "config": {Client: c, Dir: "x"}, "dir": {Client: c, Config: grid(1)},
		"count": {Client: c, Config: grid(1), Dir: "x", Count: -1}, "parameters": {Client: c, Config: &sweep.Config{Method: sweep.Grid}, Dir: "x"},
	} {
		require.ErrorIs(t, local.Run(t.Context(), bowl), errors.ErrInvalidInput, name)
	}
}

func TestLocal_ParametersThatCannotBeTried_AreInputErrors(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]sweep.Parameter{
		"invalid parameters.x: needs finite numbers":      {Values: []any{math.NaN(), 1}},
		"cannot be stored: json: unsupported value: +Inf": {Distribution: sweep.LogUniform, Min: 800, Max: 900},
		"has more than 65536 values for a grid":           {Distribution: sweep.IntUniform, Max: 1 << 16},
	} {
		cfg := &sweep.Config{Method: sweep.Grid, Parameters: map[string]sweep.Parameter{"x": p}}
		if p.Distribution == sweep.LogUniform {
			cfg.Method = sweep.Random
		}
		err := sweep.Local{Client: offline(t, t.TempDir()), Config: cfg, Dir: t.TempDir()}.Run(t.Context(), bowl)
		require.ErrorIs(t, err, errors.ErrInvalidInput)
		assert.ErrorContains(t, err, want)
	}
}

// The file of trials may be damaged, or somebody else's.
func TestLocal_PointsOutsideOfTheParameters_AreRead(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"[-5]", "[1e300]", "[]", "null"} {
		dir := t.TempDir()
		line := `{"id":"abc","params":{"x":0},"point":` + point + `,"state":"failed"}` + "\n"
		require.NoError(t, os.WriteFile(filepath.Join(dir, "trials.jsonl"), []byte(line), 0o600))
		cfg := grid(2)
		cfg.Method = sweep.Random
		err := sweep.Local{Client: offline(t, t.TempDir()), Config: cfg, Dir: dir, RetryFailed: true}.Run(t.Context(), bowl)
		assert.ErrorIs(t, err, errors.ErrInvalidInput, point) // its other parameter is missing
	}
}

// Failed trials are repeated when that is asked for, with the parameters that they had, and once.
func TestLocal_RetryFailed_RepeatsFailedTrialsOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var fails atomic.Bool
	fails.Store(true)
	train := func(ctx context.Context, run *client.Run, trial *sweep.LocalTrial) error {
		if n, ok := trial.Params["n"].(int); !ok || n == 2 && fails.Load() {
			return fmt.Errorf("n is %v", trial.Params["n"]) // a repetition has an int, too
		}
		return bowl(ctx, run, trial)
	}
	cfg := &sweep.Config{
		Method: sweep.Random, RunCap: 6, Metric: sweep.Metric{Name: "loss"},
		Parameters: map[string]sweep.Parameter{"n": {Values: []any{1, 2}}, "x": {Distribution: sweep.Uniform, Max: 1}},
	}
	local := sweep.Local{Client: offline(t, t.TempDir()), Config: cfg, Dir: dir, Seed: 1, Parallel: 2, Failures: sweep.FailureRules{NoFlapping: true, MaxInitial: -1}}
	require.NoError(t, local.Run(t.Context(), train))
	first, states := results(t, dir)
	require.Len(t, first, 6)
	failed := states["failed"]
	require.Positive(t, failed)
	require.NoError(t, local.Run(t.Context(), train))
	list, _ := results(t, dir)
	assert.Len(t, list, 6, "nobody has asked")
	local.RetryFailed = true
	require.NoError(t, local.Run(t.Context(), train))
	list, _ = results(t, dir)
	assert.Len(t, list, 6+failed, "each is repeated once, though it fails again")
	fails.Store(false)
	for range 2 { // the second has nothing to repeat
		require.NoError(t, local.Run(t.Context(), train))
	}
	list, states = results(t, dir)
	assert.Equal(t, map[string]int{"failed": 2 * failed, "finished": 6}, states)
	checkAttempts(t, list, 6)

	local.Config, local.Dir = grid(1), t.TempDir()
	require.NoError(t, local.Run(t.Context(), train)) // its trial fails
	local.Config.Parameters["x"] = sweep.Parameter{Values: []any{5.0}}
	err := local.Run(t.Context(), train)
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	assert.ErrorContains(t, err, "had other parameters")
}

// A process that is killed after it has chosen a trial, and before the trial's run starts, leaves no trial that runs for ever.
func TestLocal_ProcessEndedBeforeTheRunStarted_TrialHasFailedAndIsRepeated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "trials.jsonl"), []byte(`{"id":"abcd1234","params":{"name":"fixed","x":0},"state":"running"}`+"\n"), 0o600))
	list, states := results(t, dir)
	require.Equal(t, map[string]int{"failed": 1}, states)
	require.Equal(t, "abcd1234", list[0].RunID)
	local := sweep.Local{Client: offline(t, t.TempDir()), Config: grid(2), Dir: dir}
	require.NoError(t, local.Run(t.Context(), bowl))
	_, states = results(t, dir)
	assert.Equal(t, map[string]int{"failed": 1, "finished": 1}, states)
	local.RetryFailed = true
	require.NoError(t, local.Run(t.Context(), bowl))
	list, states = results(t, dir)
	assert.Equal(t, map[string]int{"failed": 1, "finished": 2}, states)
	assert.Equal(t, "abcd1234", list[2].RetryOf)
}

// checkAttempts checks that points of a sweep were tried once, and again only after a failure.
func checkAttempts(t *testing.T, list []sweep.Result, points int) {
	t.Helper()
	byID, last := map[string]sweep.Result{}, map[any]sweep.Result{}
	for _, r := range list {
		before, tried := last[r.Params["x"]]
		assert.Equal(t, before.RunID, r.RetryOf, "%v was tried twice", r.Params["x"])
		if tried {
			assert.Equal(t, "failed", before.State)
			assert.Equal(t, before.Params, r.Params)
		}
		byID[r.RunID], last[r.Params["x"]] = r, r
	}
	assert.Len(t, byID, len(list))
	assert.Len(t, last, points)
}

func TestResults_NoDirectory_IsAnErrorAndMakesNone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "nodir")
	_, err := sweep.Results(dir)
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, "open local sweep")
	assert.NoDirExists(t, dir)
	require.NoError(t, os.Mkdir(dir, 0o700))
	list, err := sweep.Results(dir) // no trial yet
	require.NoError(t, err)
	assert.Empty(t, list)
}
