package main

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/dashboard"
	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestServerCatalog_HasArtifactsAndSweeps(t *testing.T) {
	t.Parallel()
	server := wandbtest.New(t, wandbtest.Solo())
	catalog := serverCatalog{server}
	assert.Empty(t, catalog.Artifacts("acme", "vision"))
	assert.Empty(t, catalog.Sweeps("acme", "vision"))

	c, err := client.New(client.Options{BaseURL: server.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer c.Close()
	ctx := t.Context()
	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "maker"})
	require.NoError(t, err)
	a := artifact.New("flowers", "dataset")
	require.NoError(t, a.AddBytes("rose.txt", []byte("rose")))
	up, err := run.LogArtifact(a, client.ArtifactOptions{Aliases: []string{"best"}})
	require.NoError(t, err)
	v, err := up.Wait(ctx)
	require.NoError(t, err)
	_, err = v.Link(ctx, "acme/other/roses")
	require.NoError(t, err)
	require.NoError(t, run.Finish(ctx))

	all := catalog.Artifacts("acme", "vision")
	require.Len(t, all, 1)
	assert.Equal(t, []any{"flowers", "dataset", "v0", "COMMITTED", ""}, []any{all[0].Name, all[0].Type, all[0].Version, all[0].State, all[0].LinkedFrom})
	assert.Equal(t, []string{"best", "latest"}, all[0].Aliases)
	assert.Equal(t, &dashboard.RunRef{Entity: "acme", Project: "vision", ID: "maker"}, all[0].By)
	require.Len(t, all[0].Files, 1)
	assert.Equal(t, []any{"rose.txt", int64(4)}, []any{all[0].Files[0].Name, all[0].Files[0].Size})
	content, ok := catalog.File(all[0].ID, "rose.txt")
	assert.True(t, ok)
	assert.Equal(t, "rose", string(content))
	_, ok = catalog.File(all[0].ID, "tulip.txt")
	assert.False(t, ok)
	linked := catalog.Artifacts("acme", "other")
	require.Len(t, linked, 1)
	assert.Equal(t, []any{"roses", "acme/vision/flowers:v0"}, []any{linked[0].Name, linked[0].LinkedFrom})

	cfg, err := sweep.Parse([]byte("method: grid\nname: find x\nproject: vision\nentity: acme\nmetric: {name: loss}\nparameters: {y: {value: 1}, x: {values: [1]}}\n"))
	require.NoError(t, err)
	s, err := sweep.New(ctx, c, cfg)
	require.NoError(t, err)
	agent := sweep.Agent{Client: c, Sweep: s.Path(), Heartbeat: 10 * time.Millisecond}
	require.NoError(t, agent.Run(ctx, func(_ context.Context, run *client.Run) error { return run.Log(map[string]any{"loss": 0.5}) }))
	sweeps := catalog.Sweeps("acme", "vision")
	require.Len(t, sweeps, 1)
	got := sweeps[0]
	assert.Equal(t, []any{s.ID, "find x", "grid", "loss", "minimize", 0.5}, []any{got.ID, got.Name, got.Method, got.Metric, got.Goal, got.BestValue})
	assert.Equal(t, []string{"x", "y"}, got.Parameters)
	assert.Empty(t, catalog.Sweeps("acme", "other"))
}
