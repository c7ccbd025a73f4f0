package client_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestInit_Started_RuntimesAreThoseOfTheRows(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	began := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", Started: began, Mode: client.ModeOffline})
	require.NoError(t, err)
	assert.Regexp(t, `offline-run-2024050\d_\d{6}-\w+$`, run.Dir())
	at := float64(began.Unix())
	require.NoError(t, run.Log(fields{"loss": 0, "_timestamp": at - 2.4e-7})) // the start, rounded
	require.NoError(t, run.Log(fields{"loss": 1, "_timestamp": at + 0.5}))
	require.NoError(t, run.Log(fields{"loss": 2, "_timestamp": at + 100}))
	require.NoError(t, run.Finish(t.Context()))
	synced(t, c, client.SyncOptions{}, run.Dir())

	v := onServer(t, s, "acme", "team", run.ID())
	rows := v.History()
	require.Len(t, rows, 3)
	assert.InDelta(t, 0, rows[0]["_runtime"], 0)
	assert.InDelta(t, 0.5, rows[1]["_runtime"], 1e-6)
	assert.InDelta(t, 100, rows[2]["_runtime"], 1e-6)
	assert.InDelta(t, at+100, v.Summary["_timestamp"], 1e-6)
	assert.Equal(t, map[string]any{"runtime": 100.0}, v.Summary["_wandb"])
}
