package client_test

import (
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// streamRules are those of section 4 that are about requests, console, metrics of
// the machine, and files.
var streamRules = []rule{
	{"4.1.1 offsets count the lines of each file, the summary's is zero", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		log(t, st.run, 0, 5)
		stored(t, st.s, st.run, 5)
		log(t, st.run, 5, 9)
		st.finish(t)
		next := 0
		for _, p := range st.posts(t) {
			if h, ok := p.Files["wandb-history.jsonl"]; ok {
				assert.Equal(t, next, h.Offset)
				next += len(h.Content)
			}
			if s, ok := p.Files["wandb-summary.json"]; ok {
				assert.Zero(t, s.Offset)
				assert.Len(t, s.Content, 1)
			}
		}
		assert.Equal(t, 9, next)
	}},
	{"4.1.2 complete and exitcode come together and last", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		log(t, st.run, 0, 3)
		require.NoError(t, st.run.FinishWithCode(t.Context(), 7))
		posts := st.posts(t)
		for i, p := range posts {
			assert.Equal(t, i == len(posts)-1, p.Complete != nil)
			assert.Equal(t, p.Complete != nil, p.ExitCode != nil)
		}
		assert.Equal(t, 7, *posts[len(posts)-1].ExitCode)
	}},
	{"4.1.3 files without change are left out, and no gzip unless allowed", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		log(t, st.run, 0, 1)
		st.finish(t)
		for _, r := range st.of("file_stream") {
			assert.NotContains(t, string(r.Body), `"content":[]`)
			assert.NotContains(t, string(r.Body), `"files":{}`)
			assert.Empty(t, r.Header.Get("Content-Encoding"))
		}
	}},
	{"4.2.1 stopped ends the run's context", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		require.NoError(t, st.s.StopRun("acme", "vision", st.run.ID()))
		log(t, st.run, 0, 1)
		<-st.run.Context().Done()
		st.finish(t)
	}},
	{"4.3.1 first rows leave at once, whatever the interval", func(t *testing.T) {
		st := newStage(t, client.RunOptions{}, environ("WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL", "3600"))
		log(t, st.run, 0, 1)
		stored(t, st.s, st.run, 1)
		st.finish(t)
	}},
	{"4.3.2 row above the limit is refused and named, the others go on", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		err := st.run.Log(fields{"big": strings.Repeat("x", 11<<20), "i": 0})
		require.ErrorIs(t, err, errors.ErrInvalidInput)
		assert.Contains(t, err.Error(), "big")
		log(t, st.run, 1, 2)
		v := st.finish(t)
		require.Len(t, v.HistoryLines, 2)
		assert.InDelta(t, 0, v.History()[0]["i"], 0, "the rest of the row is kept")
	}},
	{"4.7.1 console lines have times, errors a mark, progress bars one line", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		fmt.Fprint(st.run.Stdout(io.Discard), "a\n10%\r99%\n\x1b[31mred\n")
		fmt.Fprint(st.run.Stderr(io.Discard), "bad\n")
		v := st.finish(t)
		const at = `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6} `
		require.Len(t, v.Logs, 4)
		for i, want := range []string{`^` + at + `a$`, `^` + at + `99%$`, `^` + at + "\x1b\\[31mred$", `^ERROR ` + at + `bad$`} {
			assert.Regexp(t, want, v.Logs[i])
		}
		assert.Equal(t, "a\n99%\n\x1b[31mred\nbad\n", string(v.Files["output.log"]))
	}},
	{"4.7.2 console of a resumed run goes on below", func(t *testing.T) {
		st := newStage(t, client.RunOptions{ID: "r1"})
		fmt.Fprintln(st.run.Stdout(io.Discard), "one")
		st.finish(t)
		st.start(t, client.RunOptions{ID: "r1", Resume: "must"})
		fmt.Fprintln(st.run.Stdout(io.Discard), "two")
		v := st.finish(t)
		require.Len(t, v.Logs, 2)
		assert.Contains(t, v.Logs[1], "two")
	}},
	{"4.8.1 system metrics are events with names of the System tab", func(t *testing.T) {
		st := newStage(t, client.RunOptions{StatsInterval: 100 * time.Millisecond})
		_, err := st.s.WaitRun(t.Context(), "acme", "vision", st.run.ID(), func(v wandbtest.RunView) bool { return len(v.EventLines) > 0 })
		require.NoError(t, err)
		v := st.finish(t)
		row := v.Events()[0]
		assert.Equal(t, true, row["_wandb"])
		assert.Contains(t, row, "_timestamp")
		assert.Contains(t, row, "_runtime")
		for key := range row {
			assert.True(t, strings.HasPrefix(key, "system.") || strings.HasPrefix(key, "_"), key)
		}
	}},
	{"4.9.1 small files every run uploads", func(t *testing.T) {
		v := newStage(t, client.RunOptions{Config: fields{"lr": 0.1, "a": 1}}).finish(t)
		for _, name := range []string{"wandb-metadata.json", "requirements.txt", "config.yaml", "wandb-summary.json"} {
			assert.NotEmpty(t, v.Files[name], name)
			assert.Contains(t, v.Uploaded, name)
		}
		yaml := string(v.Files["config.yaml"])
		assert.True(t, strings.HasPrefix(yaml, "_wandb:\n    value:\n        "), yaml)
		assert.True(t, strings.HasSuffix(yaml, "a:\n    value: 1\nlr:\n    value: 0.1\n"), yaml)
		assert.Regexp(t, `(?m)^\S+==\S+$`, string(v.Files["requirements.txt"]))
	}},
}

// steps makes the calls and returns the steps of the rows.
func steps(t *testing.T, f func(run *client.Run)) []float64 {
	t.Helper()
	st := newStage(t, client.RunOptions{})
	f(st.run)
	var out []float64
	for _, row := range st.finish(t).History() {
		n, _ := row["_step"].(float64)
		out = append(out, n)
	}
	return out
}

// rowRules are those of sections 4.4 to 4.6.
var rowRules = []rule{
	{"4.4.0 nested stays nested, dotted stays dotted, empty vanishes", func(t *testing.T) {
		row := logged(t, fields{"a": fields{"b": 1, "e": fields{}}, "c.d": 2, "f": fields{}}).History()[0]
		assert.Equal(t, fields{"b": 1.0}, row["a"])
		assert.InDelta(t, 2, row["c.d"], 0)
		assert.NotContains(t, row, "f")
	}},
	{"4.4.0 numbers in Go's shortest form, NaN and infinities bare", func(t *testing.T) {
		line := logged(t, fields{"a": 5.0, "b": 1e-7, "c": 1e21, "d": math.NaN(), "e": math.Inf(-1), "f": nil, "g": true}).HistoryLines[0]
		for _, want := range []string{`"a":5,`, `"b":1e-07,`, `"c":1e+21,`, `"d":NaN,`, `"e":-Infinity,`, `"f":null,`, `"g":true,`} {
			assert.Contains(t, line, want)
		}
	}},
	{"4.4.0 a time stamp given is kept, a step given as a key is dropped", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		_ = st.run.Log(fields{"_timestamp": 1234.5, "_step": 99, "x": 1})
		row := st.finish(t).History()[0]
		assert.InDelta(t, 1234.5, row["_timestamp"], 0)
		assert.InDelta(t, 0, row["_step"], 0)
	}},
	{"4.4.1 step given greater flushes the open row", func(t *testing.T) {
		assert.Equal(t, []float64{3, 8}, steps(t, func(run *client.Run) {
			require.NoError(t, run.LogAt(3, fields{"a": 1}))
			require.NoError(t, run.LogAt(8, fields{"a": 2}))
		}))
	}},
	{"4.4.2 step given smaller is dropped", func(t *testing.T) {
		assert.Equal(t, []float64{5}, steps(t, func(run *client.Run) {
			require.NoError(t, run.LogAt(5, fields{"a": 1}))
			require.ErrorIs(t, run.LogAt(4, fields{"a": 2}), errors.ErrStepInPast)
		}))
	}},
	{"4.4.3 equal step merges, nested maps key by key", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		require.NoError(t, st.run.LogAt(2, fields{"a": 1, "n": fields{"x": 1, "y": 1}}))
		require.NoError(t, st.run.LogAt(2, fields{"a": 2, "n": fields{"y": 2}}))
		v := st.finish(t)
		require.Len(t, v.HistoryLines, 1)
		assert.InDelta(t, 2, v.History()[0]["a"], 0)
		assert.Equal(t, fields{"x": 1.0, "y": 2.0}, v.History()[0]["n"])
	}},
	{"4.4.4 row with a step waits until something closes it", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		require.NoError(t, st.run.LogAt(5, fields{"a": 1}))
		assert.Empty(t, st.view(t).HistoryLines)
		require.NoError(t, st.run.Log(fields{"b": 1}))
		v := st.finish(t)
		require.Len(t, v.HistoryLines, 1)
		assert.Contains(t, v.History()[0], "b")
	}},
	{"4.4.5 after a flush the step moves on, also if there was no row; an empty row is one", func(t *testing.T) {
		assert.Equal(t, []float64{0, 2, 3}, steps(t, func(run *client.Run) {
			require.NoError(t, run.Log(fields{"a": 1}))
			require.ErrorIs(t, run.LogAt(0, fields{"b": 1}), errors.ErrStepInPast)
			require.NoError(t, run.Commit())
			require.NoError(t, run.Log(fields{}))
			require.NoError(t, run.Log(fields{"c": 1}))
		}))
	}},
	{"4.4.6 open row is flushed at the end", func(t *testing.T) {
		assert.Equal(t, []float64{0}, steps(t, func(run *client.Run) { require.NoError(t, run.LogPartial(fields{"a": 1})) }))
	}},
	{"4.4.8 step_sync fills in the step metric, zero at first", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		require.NoError(t, st.run.DefineMetric("loss", client.MetricOptions{StepMetric: "epoch"}))
		require.NoError(t, st.run.DefineMetric("free", client.MetricOptions{StepMetric: "epoch", NoStepSync: true}))
		for _, row := range []fields{{"loss": 1}, {"epoch": 4}, {"loss": 2}, {"loss": 3, "epoch": 5}, {"free": 1}} {
			require.NoError(t, st.run.Log(row))
		}
		rows := st.finish(t).History()
		assert.Equal(t, []any{0.0, 4.0, 4.0, 5.0, nil}, []any{rows[0]["epoch"], rows[1]["epoch"], rows[2]["epoch"], rows[3]["epoch"], rows[4]["epoch"]})
	}},
	{"4.6.1 last value of each key, null leaves it", func(t *testing.T) {
		v := logged(t, fields{"a": 1, "s": "x", "n": fields{"x": 1}}, fields{"a": 2, "s": nil, "n": fields{"y": 2}})
		assert.InDelta(t, 2, v.Summary["a"], 0)
		assert.Equal(t, "x", v.Summary["s"])
		assert.Equal(t, fields{"x": 1.0, "y": 2.0}, v.Summary["n"])
	}},
	{"4.6.2 explicit value ends the operations, a later row replaces it", func(t *testing.T) {
		st := newStage(t, client.RunOptions{})
		require.NoError(t, st.run.DefineMetric("a", client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMin}}))
		log := func(v any) { require.NoError(t, st.run.Log(fields{"a": v})) }
		log(1)
		require.NoError(t, st.run.SetSummary(9, "a"))
		log(5)
		assert.InDelta(t, 5, st.finish(t).Summary["a"], 0)
	}},
	{"4.6.3 summary always has step, time stamp and runtime", func(t *testing.T) {
		v := logged(t, fields{"a": 1})
		for _, key := range []string{"_step", "_timestamp", "_runtime", "_wandb"} {
			assert.Contains(t, v.Summary, key)
		}
	}},
	{"4.6.4 file and last line are one, runtime in whole seconds", func(t *testing.T) {
		v := logged(t, fields{"a": 1})
		assert.Equal(t, v.RawSummary, string(v.Files["wandb-summary.json"]))
		assert.Contains(t, v.RawSummary, `"_runtime":0,`)
	}},
}
