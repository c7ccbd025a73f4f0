package wandbtest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// asWriter speaks as one of several writers of a run.
func (c *client) asWriter(id string) *client {
	other := *c
	other.header = http.Header{"X-Wandb-Use-Async-Filestream": {"true"}}
	if id != "" {
		other.header.Set("X-Wandb-Async-Client-Id", id)
	}
	return &other
}

func TestShared_TwoWriters_AreStoredSeparatelyAndMerged(t *testing.T) {
	t.Parallel()
	srv, c := running(t)
	a, b := c.asWriter("a"), c.asWriter("b")
	post := func(c *client, body string) {
		t.Helper()
		status, reply := c.stream("acme", "p", "r", body)
		require.Equal(t, http.StatusOK, status, reply)
	}
	post(a, `{"files":{"wandb-history.jsonl":{"offset":0,"content":["{\"x\":1}","{\"x\":2}"]},
	  "wandb-summary.json":{"offset":0,"content":["{\"x\":2,\"only_a\":NaN}"]},"output.log":{"offset":0,"content":["a0"]}}}`)
	post(b, `{"files":{"wandb-history.jsonl":{"offset":0,"content":["{\"x\":10,\"_step\":7}"]},
	  "wandb-summary.json":{"offset":0,"content":["{\"x\":10}"]},"wandb-events.jsonl":{"offset":0,"content":["{\"system.cpu/l:b\":1}"]}}}`)
	post(a, `{"files":{"wandb-history.jsonl":{"offset":1,"content":["{\"x\":2}","{\"x\":3}"]},"output.log":{"offset":0,"content":["a0 again","a1"]},"note.txt":{"offset":0,"content":["n"]}}}`)
	post(b, `{}`)

	v := view(t, srv)
	assert.Equal(t, []string{`{"x":1,"_step":0}`, `{"x":2,"_step":1}`, `{"x":10,"_step":2}`, `{"x":3,"_step":3}`}, v.HistoryLines, "by arrival, and what comes twice stays where it was")
	assert.Equal(t, 1, v.Overwritten)
	assert.Zero(t, v.Missing)
	assert.Equal(t, []string{"a0 again", "a1"}, v.Logs)
	assert.JSONEq(t, `{"system.cpu/l:b":1}`, v.EventLines[0])
	assert.Equal(t, `{"x":10,"only_a":NaN}`, v.RawSummary)
	assert.Equal(t, []string{"n"}, v.Streamed["note.txt"])
	require.Len(t, v.Writers, 2)
	assert.Equal(t, "a", v.Writers[0].ClientID)
	assert.Equal(t, []string{`{"x":1}`, `{"x":2}`, `{"x":3}`}, v.Writers[0].HistoryLines)
	assert.Equal(t, []string{"a0 again", "a1"}, v.Writers[0].Logs)
	assert.Equal(t, []map[string]any{{"x": 10.0, "_step": 7.0}}, v.Writers[1].History(), "as it was sent")
	assert.Equal(t, []map[string]any{{"system.cpu/l:b": 1.0}}, v.Writers[1].Events())
	assert.Equal(t, `{"x":10}`, v.Writers[1].RawSummary)
	assert.Equal(t, 1, v.Writers[1].Heartbeats)
	assert.Equal(t, "running", v.State)
}

func TestShared_OneWriterCompletes_EndsTheRun(t *testing.T) {
	t.Parallel()
	srv, c := running(t)
	for _, post := range []struct {
		writer, body, state string
	}{
		{"a", `{"uploaded":["x"]}`, "running"},
		{"b", `{"complete":true,"exitcode":3}`, "failed"},
		{"a", `{"files":{"wandb-history.jsonl":{"offset":0,"content":["{}"]}}}`, "failed"},
	} {
		status, reply := c.asWriter(post.writer).stream("acme", "p", "r", post.body)
		require.Equal(t, http.StatusOK, status, reply)
		assert.Equal(t, post.state, view(t, srv).State, post.body)
	}
	v := view(t, srv)
	assert.False(t, v.Writers[0].Complete)
	assert.True(t, v.Writers[1].Complete)
	assert.Len(t, v.HistoryLines, 1, "what comes late counts")
}

func TestShared_AllWritersSilent_RunIsCrashed(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	srv, c := running(t, wandbtest.WithClock(func() time.Time { return now }))
	c.asWriter("a").stream("acme", "p", "r", `{}`)
	now = now.Add(4 * time.Minute)
	c.asWriter("b").stream("acme", "p", "r", `{}`)
	now = now.Add(4 * time.Minute)
	v := view(t, srv)
	assert.Equal(t, "running", v.State, "one of them lives")
	assert.Equal(t, 4*time.Minute, v.Writers[1].HeartbeatAt.Sub(v.Writers[0].HeartbeatAt))
	now = now.Add(2 * time.Minute)
	assert.Equal(t, "crashed", view(t, srv).State)
}

func TestShared_WriterWithoutID_IsRefused(t *testing.T) {
	t.Parallel()
	_, c := running(t)
	status, reply := c.asWriter("").stream("acme", "p", "r", `{}`)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, reply, "X-Wandb-Async-Client-Id")
	c = c.asWriter("")
	c.header.Set("X-Wandb-Client-Id", "a") // the name that GraphQL requests have
	status, _ = c.stream("acme", "p", "r", `{}`)
	assert.Equal(t, http.StatusBadRequest, status)
}

func TestShared_SecondWritersConfig_IsMerged(t *testing.T) {
	t.Parallel()
	srv, c := running(t)
	for _, config := range []string{
		`{"lr":{"value":1},"_wandb":{"value":{"e":{"a":{"host":"h1"}},"t":{"3":[1]}}}}`,
		`{"lr":{"value":2},"n":{"value":3},"_wandb":{"value":{"e":{"b":{}},"t":{"3":[67]}}}}`,
	} {
		c.asWriter("a").mustUpsert("acme", "p", "r", "config", config)
	}
	assert.JSONEq(t, `{"lr":{"value":2},"n":{"value":3},"_wandb":{"value":{"e":{"a":{"host":"h1"},"b":{}},"t":{"3":[67]}}}}`, view(t, srv).RawConfig)
	c.mustUpsert("acme", "p", "r", "config", `{}`)
	assert.JSONEq(t, `{}`, view(t, srv).RawConfig, "a run of one replaces it whole")
}
