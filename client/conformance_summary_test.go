package client_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestSummaryAtTheEnd holds that the last summary of the stream and the uploaded
// file are one, also if everything was sent before Finish began.
func TestSummaryAtTheEnd(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", StatsInterval: -1})
	require.NoError(t, err)
	log(t, run, 0, 2)
	stored(t, s, run, 2)
	require.NoError(t, run.Finish(t.Context()))
	v, _ := s.Run("acme", "vision", run.ID())
	assert.Equal(t, v.RawSummary, string(v.Files["wandb-summary.json"]))
	wandb, ok := v.Summary["_wandb"].(map[string]any)
	require.True(t, ok)
	assert.Equal(t, wandb["runtime"], v.Summary["_runtime"], "both are whole seconds")
	assert.Contains(t, v.RawSummary, `"_runtime":0,`, "and written as such")
}

// TestSummaryTakenAwayOnDisk: a NaN takes the value away, on disk as on the server.
func TestSummaryTakenAwayOnDisk(t *testing.T) {
	t.Parallel()
	v, kept := both(t, client.RunOptions{}, func(run *client.Run) {
		require.NoError(t, run.SetSummary(1, "a"))
		require.NoError(t, run.SetSummary(math.NaN(), "a"))
		require.NoError(t, run.SetSummary(1, "n", "b"))
		require.NoError(t, run.SetSummary(nil, "n", "b"))
	})
	assert.NotContains(t, v.Summary, "a")
	assert.NotContains(t, v.Summary, "n")
	assert.Empty(t, kept.Summary.Get("a"))
	assert.Empty(t, kept.Summary.Get("n"))
}

// TestSummaryDefinedAnewOnDisk: what a metric no longer shows is not on disk either.
func TestSummaryDefinedAnewOnDisk(t *testing.T) {
	t.Parallel()
	v, kept := both(t, client.RunOptions{}, func(run *client.Run) {
		require.NoError(t, run.DefineMetric("a", client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMin}}))
		require.NoError(t, run.Log(map[string]any{"a": 1, "n": map[string]any{"x": 1}}))
		require.NoError(t, run.DefineMetric("a", client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMax}, Overwrite: true}))
		require.NoError(t, run.Log(map[string]any{"a": 2}))
	})
	assert.Equal(t, map[string]any{"max": 2.0}, v.Summary["a"])
	assert.JSONEq(t, `{"max":2}`, string(kept.Summary.Get("a")))
	assert.JSONEq(t, `{"x":1}`, string(kept.Summary.Get("n")))
}

// both runs f in a run and returns what the server and what the disk has in the end.
func both(t *testing.T, opts client.RunOptions, f func(*client.Run)) (wandbtest.RunView, *diskRun) {
	t.Helper()
	var dir string
	v := finished(t, opts, func(run *client.Run) {
		f(run)
		dir = run.Dir()
	})
	return v, onDisk(t, dir)
}
