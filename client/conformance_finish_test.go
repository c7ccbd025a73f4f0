package client_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// endRules are those of sections 5.1 and 6.
var endRules = []rule{
	{"5.1.1 files are asked for together, sent without key, then named to the stream", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		_, err := st.run.SaveFS(fstest.MapFS{"a/b.txt": {Data: []byte("x")}, "empty": {}}, "**", client.SaveNow)
		require.NoError(t, err)
		v := st.finish(t)
		assert.Len(t, st.of("CreateRunFiles"), 1)
		for _, r := range st.of("PUT") {
			assert.NotContains(t, r.Header, "Authorization")
			assert.NotEmpty(t, r.Header.Get("Content-Length"), r.Path)
		}
		assert.Contains(t, v.Uploaded, "a/b.txt")
		assert.Contains(t, v.Files, "empty")
	}},
	{"5.1.2 each policy has its time", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "f.txt")
		write := func(text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }
		write("early")
		st := newStage(t, client.RunOptions{})
		_, err := st.run.SaveFile(path, dir, client.SaveAtEnd)
		require.NoError(t, err)
		write("final")
		assert.Equal(t, "final", string(st.finish(t).Files["f.txt"]))
	}},
	{"6.1.1 order at the end: config, files, then the last post", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		require.NoError(t, st.run.UpdateConfig(fields{"a": 1}))
		log(t, st.run, 0, 1)
		st.finish(t)
		ops := st.ops()
		lastOf := func(op string) int { return len(ops) - 1 - slices.Index(reversed(ops), op) }
		assert.Less(t, lastOf("UpsertBucket"), lastOf("CreateRunFiles"))
		assert.Less(t, lastOf("CreateRunFiles"), lastOf("PUT"))
		assert.Equal(t, len(ops)-1, lastOf("file_stream"))
		posts := st.posts(t)
		assert.NotNil(t, posts[len(posts)-1].Complete)
	}},
	{"6.1.2 out of time, complete is not sent and the journal remains", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		st.s.Inject(wandbtest.Fault{Operation: "file_stream", Hang: true})
		log(t, st.run, 0, 3)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, st.run.Finish(ctx), context.Canceled)
		assert.Equal(t, "running", st.view(t).State)
		lines, state, err := readJournal(st.run.Dir())
		require.NoError(t, err)
		assert.Len(t, lines, 3)
		assert.NotNil(t, state.Exit)
	}},
	{"6.2.1 exit codes and states", func(t *testing.T) {
		for code, want := range map[int]string{0: "finished", 1: "failed", 254: "crashed", 255: "failed"} {
			st := newStage(t, client.RunOptions{})
			require.NoError(t, st.run.FinishWithCode(t.Context(), code))
			assert.Equal(t, want, st.view(t).State, code)
		}
	}},
}

func reversed(list []string) []string {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}

// pitfalls are those of section 12 that have no test of their own elsewhere.
var pitfalls = []rule{
	{"12.02 resuming goes by the last step, not by the number of lines", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "r1"})
		require.NoError(t, st.run.LogAt(100, fields{"a": 1}))
		st.finish(t)
		st.start(t, client.RunOptions{ID: "r1", Resume: "must"})
		assert.EqualValues(t, 101, st.run.Step())
		st.finish(t)
	}},
	{"12.03 run without telemetry was never started", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "r1"})
		config, _ := st.upserts(t)[0]["config"].(string)
		assert.NotEmpty(t, wandbPart(t, config)["t"], "so telemetry is in the first upsert")
		st.finish(t)
	}},
	{"12.04 bad resume data fails, also in allow mode", func(t *testing.T) {
		s := wandbtest.New(t, wandbtest.Solo())
		s.Inject(wandbtest.Fault{Operation: "ResumeStatus", Body: resumeAnswer("null")})
		c := newClient(t, s, wandbtest.AliceKey, quickly)
		_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "allow"})
		require.Error(t, err)
		assert.Empty(t, s.Runs(), "it does not start over")
	}},
	{"12.05 runtime goes on after a resume", func(t *testing.T) {
		s := wandbtest.New(t, wandbtest.Solo())
		s.Inject(wandbtest.Fault{Operation: "ResumeStatus", Body: resumeAnswer(`"[\"{\\\"_step\\\":7}\"]"`)})
		c := newClient(t, s, wandbtest.AliceKey, quickly)
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "must"})
		require.NoError(t, err)
		require.NoError(t, run.Log(fields{"a": 1}))
		require.NoError(t, run.Finish(t.Context()))
		v, _ := s.Run("acme", "vision", "r1")
		row := v.History()[len(v.HistoryLines)-1]
		assert.GreaterOrEqual(t, row["_runtime"], 100.0)
		assert.InDelta(t, 8, row["_step"], 0)
		assert.GreaterOrEqual(t, v.Summary["_runtime"], 100.0)
	}},
	{"12.06 labels after a resume: those not given are kept, those given replace", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "r1", Notes: "old", Tags: []string{"old", "older"}, Group: "g", JobType: "j", Name: "n"})
		st.finish(t)
		same := func(v wandbtest.RunView) []string { return []string{v.Group, v.JobType, v.DisplayName} }
		st.start(t, client.RunOptions{ID: "r1", Resume: "must"})
		assert.Equal(t, "n", st.run.Name())
		require.NoError(t, st.run.AddTags("new"))
		v := st.finish(t)
		assert.Equal(t, []string{"old", "older", "new"}, v.Tags, "they are added to")
		assert.Equal(t, "old", v.Notes)
		assert.Equal(t, []string{"g", "j", "n"}, same(v))
		st.start(t, client.RunOptions{ID: "r1", Resume: "must", Notes: "given", Tags: []string{"given"}})
		v = st.finish(t)
		assert.Equal(t, []string{"given"}, v.Tags)
		assert.Equal(t, "given", v.Notes)
		assert.Equal(t, []string{"g", "j", "n"}, same(v))
	}},
	{"12.07 events and console of a resumed run go on below", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "r1"})
		events := func(more int) []string {
			t.Helper()
			fmt.Fprintln(st.run.Stdout(io.Discard), more)
			v, err := st.s.WaitRun(t.Context(), "acme", "vision", "r1", func(v wandbtest.RunView) bool { return len(v.EventLines) >= more })
			require.NoError(t, err)
			require.NoError(t, st.run.Finish(t.Context()))
			return v.EventLines
		}
		opts := client.RunOptions{ID: "r1", Resume: "allow", StatsInterval: 100 * time.Millisecond, MetricSources: []client.MetricSource{gpu{}}}
		st.finish(t)
		st.start(t, opts)
		before := events(2)
		st.start(t, opts)
		after := events(len(st.view(t).EventLines) + 2)
		assert.Equal(t, before, after[:len(before)], "none is overwritten")
		assert.Len(t, st.view(t).Logs, 2)
	}},
	{"12.26 conflict is retried when a run is created", func(t *testing.T) {
		s := wandbtest.New(t, wandbtest.Solo())
		conflict := s.Inject(wandbtest.Fault{Operation: "UpsertBucket", Status: 409, Body: gqlError("Error 1062: Duplicate entry 'x' for key 'PRIMARY'"), Count: 2})
		c := newClient(t, s, wandbtest.AliceKey, quickly)
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
		require.NoError(t, err)
		assert.Equal(t, 2, conflict.Hits())
		require.NoError(t, run.Finish(t.Context()))
	}},
	{"12.28 every other GraphQL call may fail", func(t *testing.T) {
		s := wandbtest.New(t, wandbtest.Solo())
		for i := range 10 {
			s.Inject(wandbtest.Fault{Operation: "graphql", Status: 500, After: i, Count: 1})
		}
		c := newClient(t, s, wandbtest.AliceKey, quickly)
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
		require.NoError(t, err)
		log(t, run, 0, 3)
		require.NoError(t, run.UpdateConfig(fields{"a": 1}))
		require.NoError(t, run.Finish(t.Context()))
		v, _ := s.Run("acme", "vision", run.ID())
		assert.Len(t, v.HistoryLines, 3)
		assert.InDelta(t, 1, v.Config["a"], 0)
	}},
	{"12.29 names of files have forward slashes", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		_, err := st.run.SaveFS(fstest.MapFS{"a/b/c.txt": {Data: []byte("x")}}, "a/b/*", client.SaveNow)
		require.NoError(t, err)
		assert.Contains(t, st.finish(t).Files, "a/b/c.txt")
	}},
}

// resumeAnswer is what the server says of a run with one row that ran 100 s.
func resumeAnswer(historyTail string) string {
	return `{"data":{"project":{"name":"vision","entity":{"name":"acme"},"bucket":{"id":"UnVuOnYx","name":"r1",` +
		`"displayName":"r1","config":"{}","wandbConfig":"{\"t\":{\"5\":\"x\"}}","summaryMetrics":"{\"_wandb\":{\"runtime\":100}}",` +
		`"historyLineCount":1,"eventsLineCount":0,"logLineCount":0,"historyTail":` + historyTail + `,"eventsTail":"[]","tags":[],"notes":""}}}}`
}
