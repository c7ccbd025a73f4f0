package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// numbered holds that the server has the rows 0 to n-1 of a run, each once, in order.
func numbered(t *testing.T, v wandbtest.RunView, n int) {
	t.Helper()
	require.Len(t, v.HistoryLines, n)
	for i, row := range v.History() {
		assert.InDelta(t, i, row["_step"], 0)
		assert.InDelta(t, i, row["i"], 0)
	}
	assert.Zero(t, v.Overwritten)
	assert.Zero(t, v.Missing)
}

func TestResume_RowsOfKilledProcessUnsent_SendsThemFirst(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	m := newMachine(t, s, wandbtest.AliceKey)
	opts := client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "allow"}
	for life := range 3 {
		p := m.start(t)
		run, err := p.Init(t.Context(), opts)
		require.NoError(t, err)
		require.NoError(t, run.Err())
		assert.EqualValues(t, 100*life, run.Step())
		log(t, run, 100*life, 100*life+20)
		require.NoError(t, run.Flush(t.Context()))
		p.net.unplugged.Store(true)
		log(t, run, 100*life+20, 100*life+100)
		p.kill(t, run)
	}
	c := m.start(t)
	run, err := c.Init(t.Context(), opts)
	require.NoError(t, err)
	require.NoError(t, run.Err())
	log(t, run, 300, 310)
	require.NoError(t, run.Finish(t.Context()))
	v := onServer(t, s, "acme", "vision", "r1")
	numbered(t, v, 310)
	assert.Equal(t, "finished", v.State)
	assert.InDelta(t, 309, v.Summary["i"], 0)
	report := synced(t, c.Client, client.SyncOptions{})
	require.Len(t, report.Runs, 4)
	for _, r := range report.Runs {
		assert.Equal(t, "synced already", r.Reason)
	}
	numbered(t, onServer(t, s, "acme", "vision", "r1"), 310)
}
