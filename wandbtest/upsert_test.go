package wandbtest_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

func TestUpsert_NewRun_IsCreatedWithDefaults(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	srv := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithClock(func() time.Time { return now }))
	c := as(t, srv, wandbtest.AliceKey)
	got := c.query("upsertBucket", upsertQuery, map[string]any{"input": map[string]any{"name": "r", "config": `{"lr":{"value":0.1}}`}})
	assert.Equal(t, true, at(got, "inserted"))
	assert.Equal(t, "r", at(got, "bucket.name"))
	assert.Equal(t, "brisk-glade-1", at(got, "bucket.displayName"))
	assert.Equal(t, "acme", at(got, "bucket.project.entity.name"), "the default entity")
	assert.Equal(t, "uncategorized", at(got, "bucket.project.name"))
	assert.JSONEq(t, `{"lr":{"value":0.1}}`, at(got, "bucket.config").(string))
	assert.EqualValues(t, 0, at(got, "bucket.historyLineCount"))

	v, found := srv.Run("acme", "uncategorized", "r")
	require.True(t, found)
	assert.Equal(t, at(got, "bucket.id"), v.StorageID)
	assert.Equal(t, "running", v.State)
	assert.Equal(t, "alice", v.Owner)
	assert.Equal(t, now, v.CreatedAt)
	assert.Equal(t, map[string]any{"lr": 0.1}, v.Config)
	assert.Equal(t, 1, v.Upserts)
	assert.Nil(t, v.ExitCode)
	assert.Equal(t, []wandbtest.RunKey{{Entity: "acme", Project: "uncategorized", ID: "r"}}, srv.Runs())
	assert.Equal(t, "alice", c.query("project.user.username", `{ project(name: "uncategorized", entityName: "acme") { user { username } } }`, nil))

	c.mustUpsert("acme", "", "second")
	v, _ = srv.Run("acme", "uncategorized", "second")
	assert.Equal(t, "calm-harbor-2", v.DisplayName)

	invented := c.query("upsertBucket.bucket.name", upsertQuery, map[string]any{"input": map[string]any{}}).(string)
	assert.Len(t, invented, 8)
}

// Null leaves alone, what is given replaces, and the config
// is replaced whole.
func TestUpsert_ExistingRun_ReplacesGivenFields(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	c.mustUpsert("acme", "p", "r", "displayName", "first", "notes", "n", "groupName", "g", "jobType", "train", "tags", []string{"a"},
		"config", `{"a":{"value":1},"b":{"value":2}}`, "host", "h", "commit", "c", "sweep", "s", "summaryMetrics", `{"loss":NaN}`)
	status, body := c.upsert("acme", "p", "r", "displayName", nil, "notes", nil, "tags", nil, "config", `{"a":{"value":3}}`)
	require.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, `"inserted":false`)
	v, _ := srv.Run("acme", "p", "r")
	assert.Equal(t, "first", v.DisplayName)
	assert.Equal(t, []string{"a"}, v.Tags)
	assert.Equal(t, []string{"n", "g", "train", "h", "c", "s"}, []string{v.Notes, v.Group, v.JobType, v.Host, v.Commit, v.Sweep})
	assert.Equal(t, map[string]any{"a": 3.0}, v.Config)
	assert.True(t, math.IsNaN(v.Summary["loss"].(float64)))
	c.mustUpsert("acme", "p", "r", "tags", []string{"b", "c"}, "displayName", "second")
	v, _ = srv.Run("acme", "p", "r")
	assert.Equal(t, []string{"b", "c"}, v.Tags)
	assert.Equal(t, "second", v.DisplayName)
	assert.Equal(t, 3, v.Upserts)

	// A resumed run is known by its storage id, too.
	status, body = c.upsert("", "", "", "id", v.StorageID, "notes", "by id")
	require.Equal(t, http.StatusOK, status, body)
	v, _ = srv.Run("acme", "p", "r")
	assert.Equal(t, "by id", v.Notes)
}

func TestUpsert_InvalidInput_IsRefused(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	for name, tc := range map[string]struct {
		field, value, want string
	}{
		"config too large":   {"config", `{"a":"` + strings.Repeat("x", 15<<20) + `"}`, "run config cannot exceed 15 MB"},
		"config no JSON":     {"config", `{`, "config is not a JSON object"},
		"config no object":   {"config", `[1]`, "config is not a JSON object"},
		"summary no JSON":    {"summaryMetrics", `nope`, "summaryMetrics is not a JSON object"},
		"job type too long":  {"jobType", strings.Repeat("x", 65), "64 limit exceeded for JobType"},
		"job type in bounds": {"jobType", strings.Repeat("é", 64), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, body := c.upsert("acme", "p", "r", tc.field, tc.value)
			if tc.want == "" {
				assert.Equal(t, http.StatusOK, status)
				return
			}
			assert.Equal(t, http.StatusBadRequest, status)
			assert.Contains(t, body, tc.want)
		})
	}
}

func TestUpsert_ServiceAccountNamesAUser_RunIsTheUsers(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, matrixWorld())
	c := as(t, srv, key("robot"))
	for id, tc := range map[string]struct{ header, owner string }{
		"a": {"mia", "mia"}, "b": {"olga", "robot"}, "c": {"", "robot"},
	} {
		c.header = http.Header{"X-Wandb-Username": {tc.header}}
		c.mustUpsert("acme", "team", id)
		v, _ := srv.Run("acme", "team", id)
		assert.Equal(t, tc.owner, v.Owner)
	}
}

const resumeQuery = `query RunResumeStatus($project: String, $entity: String, $name: String!) {
  model(name: $project, entityName: $entity) {
    bucket(name: $name, missingOk: true) {
      id summaryMetrics logLineCount historyLineCount eventsLineCount historyTail eventsTail config tags notes
      wandbConfig(keys: ["t"]) history(samples: 2) steps: history(minStep: 1, maxStep: 2)
    }
  }
}`

func TestResumeStatus_Run_ReturnsCountsAndTails(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	vars := map[string]any{"project": "p", "entity": "acme", "name": "r"}
	assert.Nil(t, c.query("model", resumeQuery, vars))
	c.mustUpsert("acme", "p", "other")
	assert.NotNil(t, c.query("model", resumeQuery, vars))
	assert.Nil(t, c.query("model.bucket", resumeQuery, vars))

	c.mustUpsert("acme", "p", "r", "config", `{"lr":{"value":1},"_wandb":{"value":{"t":{"1":[5]},"m":[]}}}`)
	status, _ := c.stream("acme", "p", "r", `{"files":{
	  "wandb-history.jsonl":{"offset":0,"content":["{\"_step\":0}","{\"_step\":1,\"x\":NaN}","{\"_step\":2}"]},
	  "wandb-events.jsonl":{"offset":0,"content":["{\"_runtime\":3}"]},
	  "output.log":{"offset":0,"content":["a","b"]},
	  "wandb-summary.json":{"offset":0,"content":["{\"x\":NaN,\"_step\":2}"]}}}`)
	require.Equal(t, http.StatusOK, status)
	got := c.query("model.bucket", resumeQuery, vars)
	assert.JSONEq(t, `{"t":{"1":[5]}}`, at(got, "wandbConfig").(string))
	assert.Equal(t, `["{\"_step\":2}"]`, at(got, "historyTail"))
	assert.Equal(t, `["{\"_runtime\":3}"]`, at(got, "eventsTail"))
	assert.Equal(t, `{"x":NaN,"_step":2}`, at(got, "summaryMetrics"))
	assert.EqualValues(t, 3, at(got, "historyLineCount"))
	assert.EqualValues(t, 1, at(got, "eventsLineCount"))
	assert.EqualValues(t, 2, at(got, "logLineCount"))
	assert.Equal(t, []any{`{"_step":0}`, `{"_step":1,"x":NaN}`}, at(got, "history"))
	assert.Equal(t, []any{`{"_step":1,"x":NaN}`}, at(got, "steps"))
	assert.Nil(t, as(t, srv, "").query("model", resumeQuery, vars), "hidden from strangers")
}

func TestRewind_Step_DropsLaterRows(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	c.mustUpsert("acme", "p", "r")
	c.stream("acme", "p", "r", `{"files":{"wandb-history.jsonl":{"content":["{\"_step\":0}","{\"_step\":5}","{\"_step\":9}"]}}}`)
	before, _ := srv.Run("acme", "p", "r")
	const q = `mutation RewindRun($m: String!, $v: Float!, $r: String!) { rewindRun(input: {runName: $r, entityName: "acme", projectName: "p", metricName: $m, metricValue: $v}) {
	  rewoundRun { historyLineCount } } }`
	got := c.query("rewindRun.rewoundRun.historyLineCount", q, map[string]any{"m": "_step", "v": 5, "r": "r"})
	assert.EqualValues(t, 2, got)
	after, _ := srv.Run("acme", "p", "r")
	assert.Len(t, after.HistoryLines, 2)
	assert.InDelta(t, 5, after.Summary["_step"], 0)
	assert.Len(t, before.HistoryLines, 3, "an older view must not change")
	status, _ := c.graphql(q, map[string]any{"m": "loss", "v": 5, "r": "r"})
	assert.Equal(t, http.StatusBadRequest, status)
	status, _ = c.graphql(q, map[string]any{"m": "_step", "v": 5, "r": "none"})
	assert.Equal(t, http.StatusNotFound, status)
}

// A fork begins with its parent's rows, which are counted as its own.
func TestFork_NewRun_HasTheRowsOfItsParent(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	c.mustUpsert("acme", "p", "parent")
	c.stream("acme", "p", "parent", `{"files":{"wandb-history.jsonl":{"content":["{\"_step\":0}","{\"_step\":5}","{\"_step\":9}"]}}}`)
	fork := func(id, parent string) any {
		return c.query("upsertBucket.bucket.historyLineCount", upsertQuery, map[string]any{"input": map[string]any{
			"entityName": "acme", "modelName": "p", "name": id,
			"config": `{"_wandb":{"value":{"branch_point":{"run_id":"` + parent + `","step":5}}}}`,
		}})
	}
	assert.EqualValues(t, 2, fork("child", "parent"))
	c.stream("acme", "p", "child", `{"files":{"wandb-history.jsonl":{"offset":2,"content":["{\"_step\":6}"]}}}`)
	assert.EqualValues(t, 3, fork("child", "parent"), "it is grafted once")
	child, _ := srv.Run("acme", "p", "child")
	assert.Equal(t, []string{`{"_step":0}`, `{"_step":5}`, `{"_step":6}`}, child.HistoryLines)
	assert.InDelta(t, 5, child.Summary["_step"], 0)
	parent, _ := srv.Run("acme", "p", "parent")
	assert.Len(t, parent.HistoryLines, 3)
	for _, other := range []string{"missing", "self"} {
		assert.EqualValues(t, 0, fork("self", other), other)
	}
}

func TestAlert_WithinItsWait_IsDropped(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	c.mustUpsert("acme", "p", "r")
	const q = `mutation A($t: String!, $s: AlertSeverity, $w: Duration, $e: String!) { notifyScriptableRunAlert(input: {entityName: $e, projectName: "p", runName: "r", title: $t, text: "text", severity: $s, waitDuration: $w}) { success } }`
	c.query("notifyScriptableRunAlert", q, map[string]any{"t": "one", "s": "WARN", "w": 60000, "e": "acme"})
	c.query("notifyScriptableRunAlert", q, map[string]any{"t": "two", "e": "acme"})
	v, _ := srv.Run("acme", "p", "r")
	assert.Equal(t, []wandbtest.Alert{
		{Title: "one", Text: "text", Severity: "WARN", Wait: time.Minute}, {Title: "two", Text: "text", Severity: "INFO"},
	}, v.Alerts)
	status, body := c.graphql(q, map[string]any{"t": "x", "e": "globex"})
	assert.Equal(t, http.StatusForbidden, status, body)
}

// The server leaves out those that come too soon after the last.
func TestAlert_SameTitleWithinWait_IsNotRaised(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	srv, c := running(t, wandbtest.WithClock(func() time.Time { return now }))
	c.mustUpsert("acme", "p", "other")
	const q = `mutation A($r: String!, $t: String!, $x: String!, $w: Duration) { notifyScriptableRunAlert(input: {entityName: "acme", projectName: "p", runName: $r, title: $t, text: $x, waitDuration: $w}) { success } }`
	for _, a := range []struct {
		after            time.Duration // since the last
		run, title, text string
		wait             any
		raised           bool
		why              string
	}{
		{0, "r", "loss", "1", 60000, true, "the first"},
		{59 * time.Second, "r", "loss", "2", 0, false, "within its wait, whatever the new one's"},
		{0, "r", "gpu", "3", nil, true, "another title"},
		{0, "other", "loss", "4", nil, true, "another run"},
		{time.Second, "r", "loss", "5", 1000, true, "the wait is over, and the one left out began none"},
		{time.Second, "r", "loss", "6", nil, true, "no wait"},
		{0, "r", "loss", "7", nil, true, "still none"},
	} {
		now = now.Add(a.after)
		got := c.query("notifyScriptableRunAlert.success", q, map[string]any{"r": a.run, "t": a.title, "x": a.text, "w": a.wait})
		assert.Equal(t, a.raised, got, a.why)
	}
	var texts []string
	for _, a := range view(t, srv).Alerts {
		texts = append(texts, a.Text)
	}
	assert.Equal(t, []string{"1", "3", "5", "6", "7"}, texts)
}

// Who may stop and delete whose run.
func TestManageRun_EachCaller_MayStopAndDelete(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		caller string
		want   int
	}{
		"owner": {"mia", 200}, "admin": {"ada", 200}, "other member": {"lowered", 403}, "View-Only": {"vera", 403},
		"outsider": {"olga", 404}, "no key": {"", 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, matrixWorld())
			as(t, srv, key("mia")).mustUpsert("acme", "second", "r")
			v, _ := srv.Run("acme", "second", "r")
			c := as(t, srv, key(tc.caller))
			for _, q := range []string{
				`mutation S($id: ID!) { stopRun(input: {id: $id}) { success } }`,
				`mutation D($id: ID!) { deleteRun(input: {id: $id}) { clientMutationId } }`,
			} {
				status, body := c.graphql(q, map[string]any{"id": v.StorageID})
				assert.Equal(t, tc.want, status, body)
			}
			v, _ = srv.Run("acme", "second", "r")
			assert.Equal(t, tc.want == 200, v.Stopped)
			assert.Equal(t, tc.want == 200, v.Deleted)
		})
	}
}
