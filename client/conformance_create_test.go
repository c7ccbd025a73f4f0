package client_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// requestRules are those of section 2.
var requestRules = []rule{
	{"2.1.1 key goes with GraphQL and file stream, not with files", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		st.finish(t)
		for _, r := range st.s.Requests() {
			_, has := ownHeader(r)["Authorization"]
			assert.Equal(t, r.Operation != "PUT", has, r.Operation)
		}
	}},
	{"2.2.1 GraphQL body has query, variables and operationName", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		st.finish(t)
		var body map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(st.of("UpsertBucket")[0].Body, &body))
		assert.JSONEq(t, `"UpsertBucket"`, string(body["operationName"]))
		assert.Contains(t, body, "query")
		assert.Contains(t, body, "variables")
	}},
	{"2.5.1 any 2xx is success", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		st.s.Inject(wandbtest.Fault{Operation: "file_stream", Status: 202, Body: "{}", Process: true})
		log(t, st.run, 0, 3)
		assert.Len(t, st.finish(t).HistoryLines, 3)
	}},
}

// creationRules are those of section 3.
var creationRules = []rule{
	{"3.1.1 run is created before its stream begins", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		log(t, st.run, 0, 1)
		st.finish(t)
		ops := st.ops()
		assert.Equal(t, "UpsertBucket", ops[0])
		assert.Equal(t, "file_stream", ops[len(ops)-1])
	}},
	{"3.1.2 resuming asks before it creates", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "r1", Resume: "allow"})
		st.finish(t)
		assert.Equal(t, []string{"ResumeStatus", "UpsertBucket"}, st.ops()[:2])
	}},
	{"3.1.3 metrics are in another upsert by the end", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		require.NoError(t, st.run.DefineMetric("loss", client.MetricOptions{Hidden: true}))
		v := st.finish(t)
		assert.Len(t, st.upserts(t), 2)
		assert.Contains(t, v.RawConfig, `"m":[{"1":"loss","6":[2,3],"7":[]}]`)
	}},
	{"3.2.1 run's labels are in the first upsert", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "r1", Name: "n", Group: "g", JobType: "j", Notes: "no", Tags: []string{"a"}})
		st.finish(t)
		in := st.upserts(t)[0]
		want := fields{
			"name": "r1", "displayName": "n", "groupName": "g", "jobType": "j", "notes": "no",
			"entityName": "acme", "modelName": "vision", "tags": []any{"a"},
		}
		for field, want := range want {
			assert.Equal(t, want, in[field], field)
		}
	}},
	{"3.2.2 empty labels are left alone", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		st.finish(t)
		for _, field := range []string{"id", "displayName", "groupName", "jobType", "notes", "tags", "description", "debug", "state", "summaryMetrics", "sweep"} {
			assert.Nil(t, st.upserts(t)[0][field], field)
		}
	}},
	{"3.2.3 change of the config sends the config alone, and whole", func(t *testing.T) {
		st := newStage(t, client.RunOptions{Name: "n", Tags: []string{"a"}, Config: fields{"old": 1}})
		require.NoError(t, st.run.UpdateConfig(fields{"new": 2}))
		st.finish(t)
		in := st.upserts(t)[1]
		config, _ := in["config"].(string)
		assert.Contains(t, config, `"old":{"value":1}`)
		assert.Contains(t, config, `"new":{"value":2}`)
		for field, v := range in {
			if v != nil {
				assert.Contains(t, []string{"name", "modelName", "entityName", "config"}, field)
			}
		}
	}},
	{"3.2.4 change of a label sends all of them", func(t *testing.T) {
		st := newStage(t, client.RunOptions{Name: "n", Group: "g", Tags: []string{"a"}})
		require.NoError(t, st.run.SetNotes("later"))
		st.finish(t)
		in := st.upserts(t)[1]
		assert.Equal(t, []any{"n", "g", "later", []any{"a"}}, []any{in["displayName"], in["groupName"], in["notes"], in["tags"]})
	}},
	{"3.2.5 labels cannot be cleared, and nobody is told that they were", func(t *testing.T) {
		st := newStage(t, client.RunOptions{Name: "n", Tags: []string{"a"}})
		require.ErrorIs(t, st.run.SetTags(), errors.ErrInvalidInput)
		require.ErrorIs(t, st.run.SetName(""), errors.ErrInvalidInput)
		assert.Equal(t, "n", st.run.Name())
		v := st.finish(t)
		assert.Equal(t, []string{"a"}, v.Tags)
		assert.Equal(t, "n", v.DisplayName)
	}},
	{"3.2.6 many changes are one upsert", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		for i := range 100 {
			require.NoError(t, st.run.OverwriteConfig(fields{"i": i}))
		}
		assert.InDelta(t, 99, st.finish(t).Config["i"], 0)
		assert.Len(t, st.upserts(t), 2)
	}},
	{"3.2.11 program, host, sweep, commit and remote are in the first upsert", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		st.finish(t)
		host, err := os.Hostname()
		require.NoError(t, err)
		in := st.upserts(t)[0]
		assert.Equal(t, []any{os.Args[0], host, nil}, []any{in["jobProgram"], in["host"], in["sweep"]})
		st = newStage(t, client.RunOptions{}, environ(
			"WANDB_PROGRAM", "train.go", "WANDB_HOST", "node7", "WANDB_SWEEP_ID", "sw1", "WANDB_ENTITY", "acme", "WANDB_PROJECT", "vision",
			"WANDB_GIT_COMMIT", "0123abc", "WANDB_GIT_REMOTE_URL", "https://jo:pw@example.com/a/b.git",
			"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL", "0.001",
		))
		require.NoError(t, st.run.SetNotes("later"))
		v := st.finish(t)
		want := fields{
			"jobProgram": "train.go", "host": "node7", "sweep": "sw1", "commit": "0123abc", "jobRepo": "https://jo:@example.com/a/b.git",
		}
		for field, want := range want {
			assert.Equal(t, want, st.upserts(t)[0][field], field)
			assert.Nil(t, st.upserts(t)[1][field], "%s cannot change", field)
		}
		assert.Equal(t, "node7", v.Host)
		assert.Equal(t, "0123abc", v.Commit)
	}},
	{"3.3.1 config keys are wrapped, dotted ones literal", func(t *testing.T) {
		st := newStage(t, client.RunOptions{Config: fields{"a.b": 1, "n": fields{"x": 2}}})
		v := st.finish(t)
		assert.Contains(t, v.RawConfig, `"a.b":{"value":1}`)
		assert.Contains(t, v.RawConfig, `"n":{"value":{"x":2}}`)
		assert.NotContains(t, v.RawConfig, `"desc"`)
	}},
	{"3.3.2 empty objects vanish from the config", func(t *testing.T) {
		st := newStage(t, client.RunOptions{Config: fields{"a": fields{}, "b": 1}})
		v := st.finish(t)
		assert.NotContains(t, v.Config, "a")
		assert.Contains(t, v.Config, "b")
	}},
	{"3.3.3 NaN in the config is null", func(t *testing.T) {
		st := newStage(t, client.RunOptions{Config: fields{"nan": math.NaN(), "list": []float64{1, math.Inf(1)}}})
		v := st.finish(t)
		assert.True(t, json.Valid([]byte(v.RawConfig)))
		assert.Contains(t, v.RawConfig, `"nan":{"value":null}`)
	}},
	{"3.3.4 kinds of Go in the config", func(t *testing.T) {
		type model struct {
			Depth int `json:"depth"`
		}
		st := newStage(t, client.RunOptions{Config: fields{"s": model{3}, "p": &model{4}, "d": 1500 * time.Millisecond, "u": uint8(7), "l": []string{"a"}}})
		v := st.finish(t)
		assert.Equal(t, fields{"depth": 3.0}, v.Config["s"])
		assert.Equal(t, fields{"depth": 4.0}, v.Config["p"])
		assert.InDelta(t, 1.5, v.Config["d"], 0)
		assert.InDelta(t, 7, v.Config["u"], 0)
		assert.Equal(t, []any{"a"}, v.Config["l"])
	}},
	{"3.3.5 what the web page reads is in the first upsert", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		st.finish(t)
		config, _ := st.upserts(t)[0]["config"].(string)
		part := wandbPart(t, config)
		assert.NotEmpty(t, part["t"])
		assert.Equal(t, []any{}, part["m"])
		assert.NotEmpty(t, part["cli_version"])
		assert.Len(t, part["e"], 1)
	}},
	{"3.4.1 telemetry has version, platform and features by number", func(t *testing.T) {
		st := newStage(t, client.RunOptions{Name: "n", Tags: []string{"x"}, Config: fields{"a": 1}})
		require.NoError(t, st.run.SetSummary(1, "s"))
		require.NoError(t, st.run.DefineMetric("m", client.MetricOptions{Goal: client.Minimize, Hidden: true, StepMetric: "e", Summary: []client.SummaryKind{client.SummaryMin}}))
		telemetry, ok := wandbPart(t, st.finish(t).RawConfig)["t"].(map[string]any)
		require.True(t, ok)
		assert.NotContains(t, telemetry, "4", "this is not Python")
		assert.Regexp(t, `^\w+-\w+$`, telemetry["13"])
		for _, feature := range []float64{13, 15, 16, 7, 62, 63, 64, 65} {
			assert.Contains(t, telemetry["3"], feature)
		}
		assert.NotContains(t, telemetry["3"], 66.0, "of a step metric that is only implied to be filled in")
	}},
	{"3.4.2 telemetry has what a run did later: log with steps, rename, finish", func(t *testing.T) {
		plain := newStage(t, client.RunOptions{})
		log(t, plain.run, 0, 1)
		assert.Equal(t, []any{2.0}, featuresOf(t, plain.finish(t).RawConfig))
		failed := newStage(t, client.RunOptions{})
		require.NoError(t, failed.run.FinishWithCode(t.Context(), 1))
		assert.Equal(t, []any{2.0}, featuresOf(t, failed.view(t).RawConfig))
		st := newStage(t, client.RunOptions{})
		require.NoError(t, st.run.LogAt(3, fields{"a": 1}))
		require.NoError(t, st.run.SetName("n"))
		require.NoError(t, st.run.SetTags("a"))
		assert.Equal(t, []any{2.0, 17.0, 18.0, 61.0}, featuresOf(t, st.finish(t).RawConfig))
		assert.Equal(t, []int32{2, 17, 18, 61}, onDisk(t, st.run.Dir()).Telemetry.Feature)
		st.start(t, client.RunOptions{})
		require.NoError(t, st.run.AddTags("a"))
		assert.Equal(t, []any{2.0, 18.0}, featuresOf(t, st.finish(t).RawConfig))
	}},
	{"3.4.3 telemetry of a fork, of a rewound run", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "r1"})
		log(t, st.run, 0, 5)
		assert.Equal(t, []any{2.0, 14.0}, featuresOf(t, st.finish(t).RawConfig))
		st.start(t, client.RunOptions{ForkFrom: client.RunStep{RunID: "r1", Step: 2}})
		assert.Equal(t, []any{2.0, 71.0}, featuresOf(t, st.finish(t).RawConfig))
		st.start(t, client.RunOptions{RewindTo: client.RunStep{RunID: "r1", Step: 2}})
		assert.Equal(t, []any{2.0, 72.0}, featuresOf(t, st.finish(t).RawConfig), "the id is the moment's")
	}},
	{"3.5.1 step metric is an index from one, with an entry of its own", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		require.NoError(t, st.run.DefineMetric("val/loss", client.MetricOptions{StepMetric: "epoch", Summary: []client.SummaryKind{client.SummaryMin, client.SummaryBest}, Goal: client.Maximize}))
		assert.Contains(t, st.finish(t).RawConfig, `"m":[{"1":"val/loss","5":2,"6":[1,3],"7":[1],"8":2},{"1":"epoch","6":[],"7":[]}]`)
	}},
	{"3.6.1 description is one in config and file, 64-bit numbers as text", func(t *testing.T) {
		v := newStage(t, client.RunOptions{}).finish(t)
		var file map[string]any
		require.NoError(t, json.Unmarshal(v.Files["wandb-metadata.json"], &file))
		environments, ok := wandbPart(t, v.RawConfig)["e"].(map[string]any)
		require.True(t, ok)
		id, _ := file["writerId"].(string)
		assert.Len(t, id, 32)
		assert.Equal(t, file, environments[id])
		memory, ok := file["memory"].(map[string]any)
		require.True(t, ok)
		assert.IsType(t, "", memory["total"])
		assert.Contains(t, string(v.Files["wandb-metadata.json"]), "{\n  \"")
	}},
	{"3.6.2 no description where it is switched off", func(t *testing.T) {
		st := newStage(t, client.RunOptions{}, environ("WANDB_X_DISABLE_META", "true", "WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL", "0.001"))
		v := st.finish(t)
		assert.NotContains(t, v.Files, "wandb-metadata.json")
		assert.NotContains(t, wandbPart(t, v.RawConfig), "e")
	}},
	{"3.7.1 resuming continues steps, lines, time, config, summary, tags", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "r1", Notes: "old", Tags: []string{"old"}, Config: fields{"a": 1, "b": 1}})
		require.NoError(t, st.run.LogAt(7, fields{"x": 1, "only": 1}))
		first := st.finish(t)
		st.start(t, client.RunOptions{ID: "r1", Resume: "must", Tags: []string{"new"}, Config: fields{"b": 2}})
		assert.EqualValues(t, 8, st.run.Step())
		require.NoError(t, st.run.Log(fields{"x": 2}))
		v := st.finish(t)
		require.Len(t, v.HistoryLines, 2)
		assert.InDelta(t, 8, v.History()[1]["_step"], 0)
		assert.Zero(t, v.Overwritten)
		assert.InDelta(t, 1, v.Summary["only"], 0)
		assert.Equal(t, []any{1.0, 2.0}, []any{v.Config["a"], v.Config["b"]})
		assert.Equal(t, []string{"new"}, v.Tags)
		assert.Equal(t, "old", v.Notes)
		upserts := st.upserts(t)
		assert.Nil(t, upserts[0]["id"])
		assert.Equal(t, first.StorageID, upserts[2]["id"], "the first after that which ended the run before")
		telemetry, ok := wandbPart(t, v.RawConfig)["t"].(map[string]any)
		require.True(t, ok)
		assert.Contains(t, telemetry["3"], 5.0)
	}},
	{"3.7.2 resume offline is left aside, with a warning", func(t *testing.T) {
		var said bytes.Buffer
		st := newStage(t, client.RunOptions{ID: "r1", Resume: "must", Mode: "offline"}, func(o *client.Options) {
			o.Logger = slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))
		})
		assert.False(t, st.run.Resumed())
		assert.Zero(t, st.run.Step())
		require.NoError(t, st.run.Finish(t.Context()))
		assert.Empty(t, st.s.Requests())
		assert.Contains(t, said.String(), "resume is ignored in offline mode")
	}},
	{"3.7.5 rows count time from the run's start, events from this process's", func(t *testing.T) {
		s := wandbtest.New(t, wandbtest.Solo())
		s.Inject(wandbtest.Fault{Operation: "ResumeStatus", Body: resumeAnswer(`"[\"{\\\"_step\\\":7,\\\"_runtime\\\":100.75}\"]"`)})
		c := newClient(t, s, wandbtest.AliceKey, quickly)
		run, err := c.Init(t.Context(), client.RunOptions{
			Entity: "acme", Project: "vision", ID: "r1", Resume: "must", StatsInterval: 100 * time.Millisecond, MetricSources: []client.MetricSource{gpu{}},
		})
		require.NoError(t, err)
		require.NoError(t, run.Log(fields{"a": 1}))
		v, err := s.WaitRun(t.Context(), "acme", "vision", "r1", func(v wandbtest.RunView) bool { return len(v.EventLines) > 0 })
		require.NoError(t, err)
		assert.Less(t, v.Events()[0]["_runtime"], 100.0)
		require.NoError(t, run.Finish(t.Context()))
		v, _ = s.Run("acme", "vision", "r1")
		assert.Greater(t, v.History()[0]["_runtime"], 100.75, "not before the last row, whose fraction counts")
		assert.InDelta(t, 100, onDisk(t, run.Dir()).Run.Runtime, 50)
	}},
	{"3.7.6 definitions of a resumed run are kept beside new ones", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "r1"})
		require.NoError(t, st.run.DefineMetric("loss", client.MetricOptions{StepMetric: "epoch"}))
		st.finish(t)
		st.start(t, client.RunOptions{ID: "r1", Resume: "must"})
		require.NoError(t, st.run.DefineMetric("acc", client.MetricOptions{Hidden: true}))
		v := st.finish(t)
		assert.Contains(t, v.RawConfig, `{"1":"loss","5":`)
		assert.Contains(t, v.RawConfig, `{"1":"acc","6":[2,3],"7":[]}`)
	}},
	{"3.8.1 rewinding comes before the upsert", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "r1"})
		log(t, st.run, 0, 5)
		st.finish(t)
		begun := len(st.ops())
		st.start(t, client.RunOptions{RewindTo: client.RunStep{RunID: "r1", Step: 2}})
		assert.EqualValues(t, 3, st.run.Step())
		v := st.finish(t)
		assert.Equal(t, []string{"RewindRun", "UpsertBucket"}, st.ops()[begun:begun+2])
		assert.Len(t, v.HistoryLines, 3)
		assert.Contains(t, v.RawConfig, `"branch_point":{"run_id":"r1","step":2}`)
	}},
	{"3.8.2 fork names its parent in the first upsert", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ForkFrom: client.RunStep{RunID: "parent", Step: 9}})
		assert.EqualValues(t, 10, st.run.Step())
		st.finish(t)
		config, _ := st.upserts(t)[0]["config"].(string)
		assert.Contains(t, config, `"branch_point":{"run_id":"parent","step":9}`)
		assert.NotContains(t, strings.Join(st.ops(), " "), "Rewind")
	}},
	{"3.8.3 rewound run keeps its config and definitions, and writes after its rows", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "r1", Config: fields{"a": 1, "b": 1}})
		require.NoError(t, st.run.DefineMetric("i", client.MetricOptions{StepMetric: "epoch"}))
		log(t, st.run, 0, 5)
		before := st.finish(t)
		begun := len(st.upserts(t))
		st.start(t, client.RunOptions{RewindTo: client.RunStep{RunID: "r1", Step: 2}, Config: fields{"b": 2}})
		assert.False(t, st.run.Resumed())
		require.NoError(t, st.run.Log(fields{"i": "again"}))
		v := st.finish(t)
		first := st.upserts(t)[begun]
		assert.Equal(t, before.StorageID, first["id"])
		config, _ := first["config"].(string)
		assert.Contains(t, config, `"a":{"value":1},"b":{"value":2}`)
		assert.Contains(t, config, `"m":[{"1":"i","5":2,"6":[1,3],"7":[]},{"1":"epoch","6":[],"7":[]}]`)
		posts := st.posts(t)
		for _, p := range posts[len(posts)-2:] {
			if f, ok := p.Files["wandb-history.jsonl"]; ok {
				assert.Equal(t, 3, f.Offset)
			}
		}
		require.Len(t, v.HistoryLines, 4)
		assert.Zero(t, v.Overwritten)
	}},
	{"3.8.4 fork writes after the rows that it is given", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "parent"})
		log(t, st.run, 0, 5)
		st.finish(t)
		st.start(t, client.RunOptions{ForkFrom: client.RunStep{RunID: "parent", Step: 2}})
		require.NoError(t, st.run.Log(fields{"i": "forked"}))
		v := st.finish(t)
		require.Len(t, v.HistoryLines, 4)
		assert.InDelta(t, 3, v.History()[3]["_step"], 0)
		assert.Zero(t, v.Overwritten)
	}},
	{"3.8.5 without a server, fork and rewind begin after their moment and a sync makes them", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "r1"})
		log(t, st.run, 0, 5)
		st.finish(t)
		for _, opts := range []client.RunOptions{
			{Mode: "offline", ForkFrom: client.RunStep{RunID: "r1", Step: 2}, ID: "r2"}, {Mode: "offline", RewindTo: client.RunStep{RunID: "r1", Step: 2}},
		} {
			st.start(t, opts)
			assert.EqualValues(t, 3, st.run.Step())
			require.NoError(t, st.run.Log(fields{"i": "again"}))
			require.NoError(t, st.run.Finish(t.Context()))
			synced(t, st.c, client.SyncOptions{}, st.run.Dir())
			assert.Equal(t, []int{0, 1, 2, 3}, stepsOf(t, st.view(t)))
		}
	}},
}
