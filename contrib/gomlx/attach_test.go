package gomlx_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/train"
	"github.com/gomlx/gomlx/pkg/ml/train/optimizers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/contrib/gomlx"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// bench is a run on a server of its own, and a loop to attach to it.
type bench struct {
	srv            *wandbtest.Server
	client         *client.Client
	run            *client.Run
	loop           *train.Loop
	ds, validation train.Dataset
}

func newBench(t *testing.T, params map[string]any, opts client.RunOptions) *bench {
	t.Helper()
	b := &bench{srv: wandbtest.New(t, wandbtest.Solo())}
	var err error
	b.client, err = client.New(client.Options{
		BaseURL: b.srv.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Getenv: func(string) string { return "" },
		Cadence: client.Cadence{Interval: 10 * time.Millisecond, Heartbeat: 50 * time.Millisecond},
	})
	require.NoError(t, err)
	t.Cleanup(func() { b.client.Close() })
	opts.Entity, opts.Project, opts.ID = "acme", "lines", "run1"
	b.run, err = b.client.Init(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = b.run.Finish(context.WithoutCancel(t.Context())) })
	var end func()
	b.loop, b.ds, b.validation, end, err = newLoop(params)
	require.NoError(t, err)
	t.Cleanup(end)
	return b
}

// finish ends the run and returns what the server has.
func (b *bench) finish(t *testing.T) wandbtest.RunView {
	t.Helper()
	require.NoError(t, b.run.Finish(t.Context()))
	stored, ok := b.srv.Run("acme", "lines", "run1")
	require.True(t, ok)
	return stored
}

func stepsOf(v wandbtest.RunView) []float64 {
	var list []float64
	for _, row := range v.History() {
		if step, ok := row[gomlx.Step].(float64); ok {
			list = append(list, step)
		}
	}
	return list
}

func TestAttach_ConfigAndMetrics_AreOnTheServer(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]any{"layers": []int{8, 4}, "dtype": dtypes.Float32, "init": func() {}, "limit": math.Inf(1)}, client.RunOptions{})
	b.loop.Trainer.Context().In("model").SetParam("activation", "none")
	gomlx.Attach(b.loop, b.run, gomlx.Options{})
	_, err := b.loop.RunSteps(b.ds, 3)
	require.NoError(t, err)

	stored := b.finish(t)
	assert.InDelta(t, 0.1, stored.Config[optimizers.ParamLearningRate], 0)
	assert.Equal(t, "none", stored.Config["model/activation"])
	assert.Equal(t, []any{8.0, 4.0}, stored.Config["layers"])
	assert.Equal(t, "Float32", stored.Config["dtype"])
	assert.Equal(t, "func()", stored.Config["init"])
	assert.Contains(t, stored.Config, "limit")
	require.Len(t, stored.History(), 3)
	for i, row := range stored.History() {
		assert.EqualValues(t, i+1, row[gomlx.Step])
		for _, key := range []string{"train/batch_loss_regularization", "train/moving_average_loss_regularization", "train/moving_average_loss"} {
			assert.Greater(t, row[key], 0.0, key)
		}
	}
	assert.Less(t, stored.History()[2]["train/moving_average_loss"], stored.History()[0]["train/moving_average_loss"])
}

func TestAttach_Every_LogsLastStepOnceAndContinues(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, client.RunOptions{})
	gomlx.Attach(b.loop, b.run, gomlx.Options{Every: 4, Prefix: "fit/"})
	_, err := b.loop.RunSteps(b.ds, 8)
	require.NoError(t, err)
	b.loop.Trainer.Context().SetParam(optimizers.ParamLearningRate, 0.01)
	_, err = b.loop.RunSteps(b.ds, 2)
	require.NoError(t, err)

	stored := b.finish(t)
	assert.Equal(t, []float64{4, 8, 10}, stepsOf(stored))
	assert.Contains(t, stored.Summary, "fit/moving_average_loss")
	assert.InDelta(t, 0.01, stored.Config[optimizers.ParamLearningRate], 0, "the second RunSteps replaces it")
}

func TestAttach_ConfigHasAnotherValue_EndsTheLoop(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, client.RunOptions{Config: map[string]any{"learning_rate": 0.5}})
	gomlx.Attach(b.loop, b.run, gomlx.Options{})
	_, err := b.loop.RunSteps(b.ds, 1)
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	assert.ErrorContains(t, err, "learning_rate")
}

func TestAttach_LossNotFinite_IsLogged(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]any{optimizers.ParamLearningRate: 1e30}, client.RunOptions{})
	gomlx.Attach(b.loop, b.run, gomlx.Options{Every: 1000})
	_, err := b.loop.RunSteps(b.ds, 100)
	require.ErrorContains(t, err, "batch loss")

	rows := b.finish(t).History()
	require.Len(t, rows, 1)
	loss, ok := rows[0]["train/batch_loss_regularization"].(float64)
	assert.True(t, ok && (math.IsNaN(loss) || math.IsInf(loss, 0)), "%v", rows[0])
}

func TestAttach_RunFinished_EndsTheLoop(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, client.RunOptions{})
	gomlx.Attach(b.loop, b.run, gomlx.Options{})
	require.NoError(t, b.run.Finish(t.Context()))
	_, err := b.loop.RunSteps(b.ds, 1)
	require.ErrorIs(t, err, errors.ErrRunFinished)
}

func TestAttach_RunStopped_EndsTheLoop(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, client.RunOptions{})
	gomlx.Attach(b.loop, b.run, gomlx.Options{Every: 1 << 30})
	waited := false
	b.loop.OnStep("stop", 0, func(*train.Loop, []*tensors.Tensor) error {
		if !waited {
			waited = true
			require.NoError(t, b.srv.StopRun("acme", "lines", "run1"))
			<-b.run.Context().Done()
		}
		return nil
	})
	_, err := b.loop.RunSteps(b.ds, 100)
	require.ErrorIs(t, err, client.ErrStopped)
	assert.Zero(t, b.loop.LoopStep, "ends in the step in which it was stopped")
}
