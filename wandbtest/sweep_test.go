package wandbtest_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

const (
	createSweep = `mutation($c: String) { upsertSweep(input: {entityName: "acme", projectName: "p", config: $c}) { sweep { id name } configValidationWarnings } }`
	makeAgent   = `mutation($s: String!) { createAgent(input: {entityName: "acme", projectName: "p", host: "h", sweep: $s}) { agent { id } } }`
	beatAgent   = `mutation($id: ID!, $r: JSONString) { agentHeartbeat(input: {id: $id, runState: $r}) { commands } }`
)

type sweepCommand struct {
	Type, Program string
	RunID         string `json:"run_id"`
	Args          map[string]struct{ Value any }
}

// commandsFor sends a heartbeat and returns its commands.
func (c *client) commandsFor(agent any, alive string) []sweepCommand {
	c.tb.Helper()
	state := "{}"
	if alive != "" {
		state = `{"` + alive + `":true}`
	}
	text, _ := c.query("agentHeartbeat.commands", beatAgent, map[string]any{"id": agent, "r": state}).(string)
	var list []sweepCommand
	require.NoError(c.tb, json.Unmarshal([]byte(text), &list))
	return list
}

func TestSweep_Grid_HandsOutEveryPointAndExits(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	sweep, _ := c.query("upsertSweep.sweep.name", createSweep, map[string]any{"c": "method: grid\nprogram: train.py\nparameters:\n  a: {values: [1, 2]}\n  n: {parameters: {b: {min: 1, max: 2}}}\n"}).(string)
	agent := c.query("createAgent.agent.id", makeAgent, map[string]any{"s": sweep})
	var points []any
	for range 4 {
		list := c.commandsFor(agent, "")
		require.Len(t, list, 1)
		assert.Equal(t, "run", list[0].Type)
		assert.Equal(t, "train.py", list[0].Program)
		points = append(points, []any{list[0].Args["a"].Value, list[0].Args["n"].Value})
		run, ok := srv.Run("acme", "p", list[0].RunID)
		require.True(t, ok)
		assert.Equal(t, "pending", run.State)
		assert.Equal(t, sweep, run.Sweep)
		assert.Empty(t, c.commandsFor(agent, list[0].RunID), "an agent has one trial at a time")
	}
	b := func(v float64) any { return map[string]any{"b": v} }
	assert.Equal(t, []any{[]any{1.0, b(1)}, []any{1.0, b(2)}, []any{2.0, b(1)}, []any{2.0, b(2)}}, points)
	assert.Equal(t, "exit", c.commandsFor(agent, "")[0].Type)
	view, _ := srv.Sweep("acme", "p", sweep)
	assert.Equal(t, "FINISHED", view.State)

	require.NoError(t, srv.DeleteRun("acme", "p", view.Runs[2]))
	assert.Equal(t, "exit", c.commandsFor(agent, "")[0].Type, "it is not resumed")
	require.NoError(t, srv.SetSweepState("acme", "p", sweep, "RUNNING"))
	again := c.commandsFor(agent, "")[0]
	point := []any{again.Args["a"].Value, again.Args["n"].Value}
	assert.Equal(t, points[2], point)
	assert.NotContains(t, view.Runs, again.RunID)
	assert.Equal(t, "exit", c.commandsFor(agent, "")[0].Type)
}

func TestSweep_ParametersOfNullAndOfNoValues_AreTaken(t *testing.T) {
	t.Parallel()
	for config, want := range map[string][]sweepCommand{
		"method: grid\nparameters: {a: {value: null}}": {{Type: "run", Args: map[string]struct{ Value any }{"a": {}}}},
		"method: grid\nparameters: {a: {values: []}}":  {{Type: "exit"}},
	} {
		c := as(t, wandbtest.New(t, wandbtest.Solo()), wandbtest.AliceKey)
		sweep := c.query("upsertSweep.sweep.name", createSweep, map[string]any{"c": config})
		got := c.commandsFor(c.query("createAgent.agent.id", makeAgent, map[string]any{"s": sweep}), "")
		for i := range got {
			got[i].RunID = ""
		}
		assert.Equal(t, want, got, config)
	}
}

func TestSweep_StopPauseAndDelete_ReachTheAgent(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	sweep, _ := c.query("upsertSweep.sweep.name", createSweep, map[string]any{"c": "method: random\nparameters: {a: {min: 0.0, max: 1.0}}"}).(string)
	agent := c.query("createAgent.agent.id", makeAgent, map[string]any{"s": sweep})
	run := c.commandsFor(agent, "")[0].RunID
	require.NoError(t, srv.StopRun("acme", "p", run))
	assert.Equal(t, []sweepCommand{{Type: "stop", RunID: run}}, c.commandsFor(agent, run))
	require.NoError(t, srv.SetSweepState("acme", "p", sweep, "PAUSED"))
	assert.Empty(t, c.commandsFor(agent, ""))
	require.Error(t, srv.SetSweepState("acme", "p", sweep, "NEW"))
	require.NoError(t, srv.SetSweepState("acme", "p", sweep, "CANCELED"))
	assert.Equal(t, "exit", c.commandsFor(agent, "")[0].Type)
	require.NoError(t, srv.DeleteSweep("acme", "p", sweep))
	status, _ := c.graphql(beatAgent, map[string]any{"id": agent})
	assert.Equal(t, http.StatusNotFound, status)
	require.Error(t, srv.DeleteSweep("acme", "p", sweep))
}

func TestSweep_InvalidOrForbidden_IsRefused(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	for _, config := range []string{"[", "method: gird", "method: grid", "method: grid\nparameters: {a: {min: 0.0, max: 1.0}}", "method: bayes\nparameters: {a: {value: 1}}", "method: random\nparameters: {a: 1}", "method: random\nparameters: {a: {}}"} {
		status, body := c.graphql(createSweep, map[string]any{"c": config})
		assert.Equal(t, http.StatusBadRequest, status, config)
		assert.Contains(t, body, "Invalid sweep config", config)
	}
	status, body := c.graphql(makeAgent, map[string]any{"s": "none"})
	assert.Equal(t, http.StatusNotFound, status)
	assert.Contains(t, body, "could not find sweep")
	require.NoError(t, srv.SetRole("acme", "alice", wandbtest.RoleViewer))
	status, _ = c.graphql(createSweep, map[string]any{"c": "method: grid\nparameters: {a: {value: 1}}"})
	assert.Equal(t, http.StatusForbidden, status)
}

func TestSweep_Cancel_LeavesTrialsThatHaveEnded(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	sweep, _ := c.query("upsertSweep.sweep.name", createSweep, map[string]any{"c": "method: random\nparameters: {a: {min: 0.0, max: 1.0}}"}).(string)
	agent := c.query("createAgent.agent.id", makeAgent, map[string]any{"s": sweep})
	ends := []struct{ post, state string }{
		{`{"complete":true,"exitcode":0}`, "finished"}, {`{"complete":true,"exitcode":1}`, "failed"}, {`{}`, "killed"},
	}
	runs := make([]string, len(ends))
	for i, end := range ends {
		runs[i] = c.commandsFor(agent, "")[0].RunID
		c.mustUpsert("acme", "p", runs[i])
		status, body := c.stream("acme", "p", runs[i], end.post)
		require.Equal(t, http.StatusOK, status, body)
	}
	require.NoError(t, srv.SetSweepState("acme", "p", sweep, "CANCELED"))
	status, body := c.stream("acme", "p", runs[2], `{"complete":true,"exitcode":255}`)
	require.Equal(t, http.StatusOK, status, body)
	for i, end := range ends {
		run, ok := srv.Run("acme", "p", runs[i])
		require.True(t, ok)
		assert.Equal(t, end.state, run.State)
	}
}
