package client_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// finished runs f in a run and returns what the server has in the end.
func finished(t *testing.T, opts client.RunOptions, f func(*client.Run)) wandbtest.RunView {
	t.Helper()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly, described)
	opts.Entity, opts.Project = "acme", "vision"
	run, err := c.Init(t.Context(), opts)
	require.NoError(t, err)
	f(run)
	require.NoError(t, run.Finish(t.Context()))
	v, ok := s.Run("acme", "vision", run.ID())
	require.True(t, ok)
	kept := onDisk(t, run.Dir())
	require.Len(t, kept.Rows, len(v.HistoryLines), "server and disk have the same rows")
	return v
}

func TestDefineMetric(t *testing.T) {
	t.Parallel()
	v := finished(t, client.RunOptions{}, func(run *client.Run) {
		require.NoError(t, run.DefineMetric("epoch", client.MetricOptions{}))
		require.NoError(t, run.DefineMetric("loss", client.MetricOptions{
			StepMetric: "epoch", Summary: []client.SummaryKind{client.SummaryMin, client.SummaryMean}, Goal: client.Minimize,
		}))
		require.NoError(t, run.DefineMetric("val/*", client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMax}, Hidden: true}))
		require.ErrorIs(t, run.DefineMetric("a*b", client.MetricOptions{}), errors.ErrInvalidInput)
		require.ErrorIs(t, run.DefineMetric("x", client.MetricOptions{Goal: "win"}), errors.ErrInvalidInput)
		require.ErrorIs(t, run.DefineMetric("x", client.MetricOptions{Summary: []client.SummaryKind{"median"}}), errors.ErrInvalidInput)
		require.NoError(t, run.Log(map[string]any{"epoch": 3}))
		for _, loss := range []float64{0.5, 0.25, 0.75} {
			require.NoError(t, run.Log(map[string]any{"loss": loss, "val/acc": 1 - loss, "plain": loss}))
		}
	})
	assert.Equal(t, map[string]any{"min": 0.25, "mean": 0.5}, v.Summary["loss"])
	assert.Equal(t, map[string]any{"max": 0.75}, v.Summary["val/acc"])
	assert.InDelta(t, 0.75, v.Summary["plain"], 0)
	assert.InDelta(t, 3, v.History()[1]["epoch"], 0, "the step metric is filled in")
	assert.Contains(t, v.RawConfig, `"1":"loss"`)
	assert.Contains(t, v.RawConfig, `"2":"val/*"`)
}

func TestSummarySetters(t *testing.T) {
	t.Parallel()
	v := finished(t, client.RunOptions{}, func(run *client.Run) {
		require.NoError(t, run.Log(map[string]any{"loss": 1.0, "a": map[string]any{"b": 1, "c": 2}}))
		require.NoError(t, run.SetSummary(0.1, "best"))
		require.NoError(t, run.SetSummary("x", "deep", "er"))
		require.NoError(t, run.DeleteSummary("a", "b"))
		require.ErrorIs(t, run.SetSummary(make(chan int), "bad"), errors.ErrInvalidInput)
		require.ErrorIs(t, run.SetSummary(1), errors.ErrInvalidInput)
		best, ok := run.Summary("best")
		assert.True(t, ok)
		assert.InDelta(t, 0.1, best, 0)
	})
	assert.InDelta(t, 0.1, v.Summary["best"], 0)
	assert.Equal(t, map[string]any{"er": "x"}, v.Summary["deep"])
	assert.Equal(t, map[string]any{"c": 2.0}, v.Summary["a"])
}

func TestSteps(t *testing.T) {
	t.Parallel()
	v := finished(t, client.RunOptions{}, func(run *client.Run) {
		require.NoError(t, run.Log(map[string]any{"i": 0}))
		require.NoError(t, run.LogAt(5, map[string]any{"i": 5}))
		require.NoError(t, run.LogAt(5, map[string]any{"more": true}))
		require.ErrorIs(t, run.LogAt(4, map[string]any{"late": true}), errors.ErrStepInPast)
		require.NoError(t, run.LogPartial(map[string]any{"nested": map[string]any{"a": 1}}))
		require.NoError(t, run.LogPartial(map[string]any{"nested": map[string]any{"b": 2}}))
		require.NoError(t, run.Commit())
		require.NoError(t, run.Commit(), "nothing to commit moves the step all the same")
		require.NoError(t, run.Log(map[string]any{"i": 7, "nan": math.NaN()}))
		require.NoError(t, run.LogAt(20, map[string]any{"i": 20}))
	})
	var steps []any
	for _, row := range v.History() {
		steps = append(steps, row["_step"])
	}
	assert.Equal(t, []any{0.0, 5.0, 7.0, 20.0}, steps)
	assert.Equal(t, map[string]any{"a": 1.0, "b": 2.0}, v.History()[1]["nested"])
	assert.Equal(t, true, v.History()[1]["more"])
}

func TestConfigAndLabels(t *testing.T) {
	t.Parallel()
	v := finished(t, client.RunOptions{Config: map[string]any{"lr": 0.1}, Tags: []string{"a"}}, func(run *client.Run) {
		require.NoError(t, run.UpdateConfig(struct {
			Depth int `json:"depth"`
		}{3}))
		require.ErrorIs(t, run.UpdateConfig(map[string]any{"lr": 0.2, "new": 1}), errors.ErrInvalidInput)
		require.NoError(t, run.OverwriteConfig(map[string]any{"lr": 0.3}))
		var lr float64
		ok, err := run.Config().Get("lr", &lr)
		require.NoError(t, err)
		assert.True(t, ok)
		assert.InDelta(t, 0.3, lr, 0)
		require.NoError(t, run.SetName("renamed"))
		require.NoError(t, run.SetNotes("a note"))
		require.NoError(t, run.SetGroup("g"))
		require.NoError(t, run.SetJobType("eval"))
		require.NoError(t, run.AddTags("b", "a"))
		require.ErrorIs(t, run.AddTags(""), errors.ErrInvalidInput)
		require.NoError(t, run.AddTags())
		for field, err := range map[string]error{
			"name": run.SetName(""), "notes": run.SetNotes(""), "group": run.SetGroup(""), "job type": run.SetJobType(""), "tags": run.SetTags(),
		} {
			input, ok := errors.AsType[*errors.InputError](err)
			require.True(t, ok, field)
			assert.Equal(t, field, input.Field)
			assert.ErrorContains(t, err, "cannot be emptied")
		}
		assert.Equal(t, "renamed", run.Name())
	})
	assert.InDelta(t, 0.3, v.Config["lr"], 0)
	assert.InDelta(t, 3, v.Config["depth"], 0)
	assert.InDelta(t, 1, v.Config["new"], 0)
	assert.Equal(t, []string{"a", "b"}, v.Tags)
	assert.Equal(t, []string{"renamed", "a note", "g", "eval"}, []string{v.DisplayName, v.Notes, v.Group, v.JobType})
}
