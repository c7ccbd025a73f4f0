package summary_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/summary"
)

// departures are the recorded scenarios in which wandgo differs on purpose, or in which
// the official client returns one of several results by accident. TestSection4_6 and
// the tests of package metric have wandgo's results.
var departures = map[string]string{
	"step *": "a glob as step metric is refused",

	"step chain":           "fills in steps of steps by accident",
	"step chain2":          "fills in steps of steps by accident",
	"chain many":           "fills in steps of steps by accident",
	"chain many with glob": "fills in steps of steps by accident",
	"glob step steps":      "fills in steps of steps by accident",
	"glob 3":               "takes any of the globs that match",

	"esc name m":               `takes "x\.y" as a step for y in "x\"`,
	"sync dotted":              `takes "x\.y" as a step for y in "x\"`,
	"sync esc step":            `takes "x\.y" as a step for y in "x\"`,
	"sync dotted explicit esc": "fills in no steps for escaped names",

	"step present as object": "overwrites a value in the way of a step",
	"sync dot step, nested":  "overwrites a value in the way of a step",

	"del parent":       "never shows keys below a deleted object again",
	"del parent plain": "never shows keys below a deleted object again",
	"del parent 3":     "never shows keys below a deleted object again",

	"set parent log":               "brings covered keys back by accident",
	"set parent scalar":            "brings covered keys back by accident",
	"literal dotted glob conflict": "uses the operations of a glob for a key with a dot for the nested path",
}

// Each line of testdata/official.jsonl has calls of the official client, and the history,
// summary and metric definitions that it then sent to a local server.
func TestSummary_RecordedCalls_EqualsOfficialClient(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/official.jsonl")
	require.NoError(t, err)
	met := map[string]bool{}
	for line := range bytes.Lines(text) {
		o, err := jsonx.ParseObject(line)
		require.NoError(t, err)
		name := o["name"].(string)
		met[name] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if why, ok := departures[name]; ok {
				t.Skip(why)
			}
			var r run
			for _, act := range o["acts"].([]any) {
				r.act(t, act.([]any))
			}
			assert.Equal(t, o["errors"], int64(r.refused), "refused calls")
			assert.Equal(t, show(o["rows"]), show(r.rows), "history")
			assert.Equal(t, show(o["summary"]), show(r.written(t)), "summary")
			if o["globs"].(bool) { // else the official client sent what they match instead
				assert.Equal(t, definitions(o["m"].([]any)), definitions(r.wire(t)), "definitions")
			}
		})
	}
	assert.Greater(t, len(met), 200)
	for name := range departures {
		assert.Contains(t, met, name, "a departure from nothing")
	}
}

// run combines the parts of a run as the client does.
type run struct {
	set     metric.Set
	summary summary.Summary
	enc     history.Encoder
	rows    []any
	refused int
}

func (r *run) act(t *testing.T, act []any) {
	t.Helper()
	switch verb := act[0].(string); verb {
	case "define":
		if err := r.define(definitionOf(act[1].(map[string]any))); err != nil {
			r.refused++
		}
	case "log":
		r.log(t, act[1].(map[string]any))
	case "set":
		require.NoError(t, r.summary.Set(act[2], texts(act[1])...))
	case "delete":
		r.summary.Delete(texts(act[1])...)
	default:
		require.Fail(t, "unknown verb", verb)
	}
}

func (r *run) define(d metric.Definition) error {
	err := r.set.Define(d)
	r.configure()
	return err
}

func (r *run) configure() {
	for _, rec := range r.set.Take() {
		r.summary.Configure(rec.Ops, rec.Path...)
	}
}

func (r *run) log(t *testing.T, row map[string]any) {
	t.Helper()
	split := r.enc.Split(row)
	defer split.Release()
	r.set.SyncSteps(split)
	r.configure()
	line, _ := r.enc.AppendSplit(nil, split, history.Meta{})
	written, err := jsonx.ParseObject(line)
	require.NoError(t, err)
	delete(written, "_timestamp")
	delete(written, "_runtime")
	r.rows = append(r.rows, written)
	r.summary.Update(split)
}

func (r *run) written(t *testing.T) map[string]any {
	t.Helper()
	out, err := jsonx.ParseObject(r.summary.AppendJSON(nil))
	require.NoError(t, err)
	return out
}

func (r *run) wire(t *testing.T) []any {
	t.Helper()
	var out []any
	require.NoError(t, json.Unmarshal(record.MetricsJSON(r.set.Records(), true), &out))
	return out
}

func definitionOf(args map[string]any) metric.Definition {
	var d metric.Definition
	d.Name, _ = args["name"].(string)
	d.StepMetric, _ = args["step_metric"].(string)
	if sync, ok := args["step_sync"].(bool); ok {
		d.StepSync = &sync
	}
	d.Hidden, _ = args["hidden"].(bool)
	d.Overwrite, _ = args["overwrite"].(bool)
	goal, _ := args["goal"].(int64)
	d.Goal = metric.Goal(goal)
	names, _ := args["summary"].([]any)
	for _, name := range names {
		for o := metric.Min; o <= metric.First; o++ {
			if o.String() == name {
				d.Summary = append(d.Summary, o)
			}
		}
	}
	return d
}

func texts(v any) []string {
	var out []string
	for _, part := range v.([]any) {
		out = append(out, part.(string))
	}
	return out
}

// show returns a value as text in which equal numbers, and NaN, are equal.
func show(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var parts []string
		for key, below := range v {
			parts = append(parts, fmt.Sprintf("%q: %s", key, show(below)))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		var parts []string
		for _, below := range v {
			parts = append(parts, show(below))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	if f, ok := history.Number(v); ok {
		if f == 0 {
			f = math.Abs(f)
		}
		return fmt.Sprint(f)
	}
	return fmt.Sprintf("%#v", v)
}

// definitions returns a list of definitions whose order does not matter.
func definitions(list []any) []string {
	name := func(entry map[string]any) string {
		if name, ok := entry["1"]; ok {
			return fmt.Sprint("metric ", name)
		}
		return fmt.Sprint("glob ", entry["2"])
	}
	var out []string
	for _, v := range list {
		entry := v.(map[string]any)
		options := show(entry["6"])
		// The order of the options differs between versions.
		options = strings.Join(slices.Sorted(strings.SplitSeq(strings.Trim(options, "[]"), ", ")), " ")
		step := "none"
		if at, ok := history.Number(entry["5"]); ok {
			step = name(list[int(at)-1].(map[string]any))
		}
		out = append(out, fmt.Sprintf("%s: step %s, options %s, summary %s, goal %s", name(entry), step, options, show(entry["7"]), show(entry["8"])))
	}
	slices.Sort(out)
	return out
}
