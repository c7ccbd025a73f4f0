package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/runstore"
	"github.com/wandgo/wandgo/internal/version"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestServe_LinkOfARun_ShowsIt(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "--quiet")
	train(t, s, "acme")
	c := &http.Client{Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	var list struct {
		Runs []struct {
			Key, ID, Entity, Project, State string
			Rows                            int
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/-/events?list=1", nil)
	require.NoError(t, err)
	events, err := c.Do(request)
	require.NoError(t, err)
	defer events.Body.Close()
	for lines := bufio.NewScanner(events.Body); len(list.Runs) == 0; {
		require.True(t, lines.Scan(), "the stream of events ends: %v", lines.Err())
		if !strings.HasPrefix(lines.Text(), "data:") {
			continue
		}
		status, text := fetch(t, c, s.url+"/-/runs?filter=state:finished")
		require.Equal(t, http.StatusOK, status)
		require.NoError(t, json.Unmarshal([]byte(text), &list))
	}
	r := list.Runs[0]
	assert.Equal(t, []any{"acme", "vision", 2}, []any{r.Entity, r.Project, r.Rows})
	for _, path := range []string{"", "/acme", "/acme/vision", "/acme/vision/runs/" + r.ID, "/authorize"} {
		status, text := fetch(t, c, s.url+path)
		assert.Equal(t, http.StatusOK, status)
		assert.Contains(t, text, "<!doctype html>", path)
	}
	_, text := fetch(t, c, s.url+"/-/find?entity=acme&project=vision&id="+r.ID)
	assert.JSONEq(t, `{"key":"`+r.Key+`"}`, text)
	_, text = fetch(t, c, s.url+"/-/runs/"+r.Key)
	assert.Contains(t, text, `"name":"loss"`)
	s.stop()
}

func TestUnwrapConfig_AnyForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"lr":{"desc":null,"value":0.1},"o":{"value":{"a":1}},"x":3}`: `{"lr":0.1,"o":{"a":1},"x":3}`,
		"": "{}", "[]": "{}", "{": "{}", `{"a":{"b":1}}`: `{"a":{"b":1}}`,
	} {
		assert.JSONEq(t, want, string(unwrapConfig([]byte(text))), text)
	}
}

func TestServerFeed_Details_AreThoseOfADisk(t *testing.T) {
	t.Parallel()
	server := wandbtest.New(t, wandbtest.Solo())
	c, err := client.New(client.Options{BaseURL: server.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer c.Close()
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1"})
	require.NoError(t, err)
	require.NoError(t, run.DefineMetric("val/*", client.MetricOptions{StepMetric: "epoch", Goal: client.Maximize}))
	require.NoError(t, run.Log(map[string]any{"val/acc": 1, "epoch": 0}))
	require.NoError(t, run.Finish(t.Context()))

	store := runstore.Open(nil, runstore.Options{Feeds: func() map[string]runstore.Feed { return serverFeeds(server) }})
	defer store.Close()
	store.Refresh(t.Context())
	require.Len(t, store.Runs(), 1)
	i := store.Runs()[0].Info()
	assert.Equal(t, []any{true, "wandgo " + version.Module()}, []any{i.Ours, i.Writer})
	require.NotNil(t, i.Environment)
	assert.NotEmpty(t, i.Environment.Go)
	assert.NotZero(t, i.Environment.Memory.Total)
	assert.Contains(t, i.Axes, "epoch")
	at := slices.IndexFunc(i.Metrics, func(m runstore.Metric) bool { return m.Name == "val/acc" })
	require.GreaterOrEqual(t, at, 0)
	assert.Equal(t, []string{"epoch", "max"}, []string{i.Metrics[at].Step, i.Metrics[at].Goal})
}

func TestServerFeed_OddDetails_AreLeftOut(t *testing.T) {
	t.Parallel()
	f := serverFeed{wandbtest.New(t, wandbtest.Solo()), wandbtest.RunKey{}}
	for _, config := range []string{"", "[]", `{"_wandb":1}`, `{"_wandb":{"value":{"m":{"1":2}}}}`} {
		assert.Equal(t, runstore.Details{}, f.details([]byte(config)), config)
	}
	assert.Equal(t, "0.16.6", f.details([]byte(`{"_wandb":{"value":{"cli_version":"0.16.6","python_version":"3.9"}}}`)).Writer)
}
