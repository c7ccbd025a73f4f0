package client_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// rule is a test of one rule of the protocol, whose number its name begins with.
// docs/conformance.md lists all rules with the tests that hold them; most are
// tests of the packages that follow the rule.
type rule struct {
	name string
	test func(t *testing.T)
}

// TestConformance drives whole runs over HTTP and looks at what the server gets.
func TestConformance(t *testing.T) {
	t.Parallel()
	for _, r := range allRules() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.test(t)
		})
	}
}

// stage is a run with its server.
type stage struct {
	s   *wandbtest.Server
	c   *client.Client
	run *client.Run
}

// newStage makes a run in acme/vision, whose retries and requests follow at once.
func newStage(t *testing.T, opts client.RunOptions, change ...func(*client.Options)) *stage {
	t.Helper()
	st := &stage{s: wandbtest.New(t, wandbtest.Solo())}
	st.c = newClient(t, st.s, wandbtest.AliceKey, append(append([]func(*client.Options){quickly}, change...), described)...)
	st.start(t, opts)
	return st
}

// start makes another run.
func (st *stage) start(t *testing.T, opts client.RunOptions) {
	t.Helper()
	opts.Entity, opts.Project = "acme", "vision"
	if opts.StatsInterval == 0 {
		opts.StatsInterval = -1
	}
	run, err := st.c.Init(t.Context(), opts)
	require.NoError(t, err)
	st.run = run
}

// finish ends the run and returns what the server has.
func (st *stage) finish(t *testing.T) wandbtest.RunView {
	t.Helper()
	require.NoError(t, st.run.Finish(t.Context()))
	return st.view(t)
}

func (st *stage) view(t *testing.T) wandbtest.RunView {
	t.Helper()
	v, ok := st.s.Run("acme", "vision", st.run.ID())
	require.True(t, ok)
	return v
}

// of returns the requests of one operation.
func (st *stage) of(operation string) []wandbtest.Request {
	var out []wandbtest.Request
	for _, r := range st.s.Requests() {
		if r.Operation == operation {
			out = append(out, r)
		}
	}
	return out
}

// post is the body of a request to the file stream.
type post struct {
	Files map[string]struct {
		Offset  int      `json:"offset"`
		Content []string `json:"content"`
	} `json:"files"`
	Uploaded []string `json:"uploaded"`
	Complete *bool    `json:"complete"`
	ExitCode *int     `json:"exitcode"`
}

func (st *stage) posts(t *testing.T) []post {
	t.Helper()
	var out []post
	for _, r := range st.of("file_stream") {
		var p post
		require.NoError(t, json.Unmarshal(r.Body, &p), "%s", r.Body)
		out = append(out, p)
	}
	return out
}

// upsert is the input of an UpsertBucket.
func (st *stage) upserts(t *testing.T) []map[string]any {
	t.Helper()
	var out []map[string]any
	for _, r := range st.of("UpsertBucket") {
		var body struct {
			Variables struct{ Input map[string]any }
		}
		require.NoError(t, json.Unmarshal(r.Body, &body))
		out = append(out, body.Variables.Input)
	}
	return out
}

// wandbPart is the part of a config that is the client's.
func wandbPart(t *testing.T, rawConfig string) map[string]any {
	t.Helper()
	var config map[string]struct{ Value map[string]any }
	require.NoError(t, json.Unmarshal([]byte(`{"_wandb":`+mustField(t, rawConfig, "_wandb")+`}`), &config))
	return config["_wandb"].Value
}

// featuresOf are the features in the telemetry of a config.
func featuresOf(t *testing.T, rawConfig string) []any {
	t.Helper()
	telemetry, ok := wandbPart(t, rawConfig)["t"].(map[string]any)
	require.True(t, ok)
	features, ok := telemetry["3"].([]any)
	require.True(t, ok)
	return features
}

func mustField(t *testing.T, object, name string) string {
	t.Helper()
	var fields map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(object), &fields))
	require.Contains(t, fields, name)
	return string(fields[name])
}

// logged makes a run that logs these rows and returns its rows and summary.
func logged(t *testing.T, rows ...map[string]any) wandbtest.RunView {
	t.Helper()
	st := newStage(t, client.RunOptions{})
	for _, row := range rows {
		require.NoError(t, st.run.Log(row))
	}
	return st.finish(t)
}

// ops are the operations of all requests, in order.
func (st *stage) ops() []string {
	var out []string
	for _, r := range st.s.Requests() {
		out = append(out, r.Operation)
	}
	return out
}

// ownHeader is the header of a request without what net/http adds.
func ownHeader(r wandbtest.Request) http.Header {
	h := r.Header.Clone()
	for _, name := range []string{"Accept-Encoding", "Content-Length"} {
		h.Del(name)
	}
	return h
}

type fields = map[string]any
