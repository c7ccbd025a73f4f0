package client_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestSync_SummaryWithEmptyObjects_IsThatOfAnOnlineRun: a log has the empty objects of a
// summary that an online run has, at any depth.
func TestSync_SummaryWithEmptyObjects_IsThatOfAnOnlineRun(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	play := func(mode client.Mode) wandbtest.RunView {
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", Mode: mode})
		require.NoError(t, err)
		require.NoError(t, run.Log(fields{"a": 1, "e": fields{"x": fields{}}}))
		require.NoError(t, run.SetSummary(fields{"a": fields{}}, "s"))
		require.NoError(t, run.SetSummary(fields{}, "empty"))
		require.NoError(t, run.SetSummary(fields{"deep": fields{"er": fields{}}, "b": 1}, "nested", "below"))
		require.NoError(t, run.SetSummary([]any{fields{}, fields{"l": fields{}}}, "list"))
		require.NoError(t, run.SetSummary(math.Copysign(0, -1), "zero"))
		require.NoError(t, run.Finish(t.Context()))
		if mode == client.ModeOffline {
			synced(t, c, client.SyncOptions{}, run.Dir())
		}
		return onServer(t, s, "acme", "team", run.ID())
	}
	online, offline := play(client.ModeOnline), play(client.ModeOffline)
	for _, key := range []string{"s", "empty", "nested", "list", "zero"} {
		require.Contains(t, online.Summary, key)
		assert.Equal(t, online.Summary[key], offline.Summary[key], key)
	}
	assert.Equal(t, map[string]any{"a": map[string]any{}}, offline.Summary["s"])
}
