package client_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// call is one call of a run's method.
type call struct {
	what  string
	step  int64
	row   map[string]any
	given map[string]any // the row in the form in which the program has it
	name  string
	opts  client.MetricOptions
	value any
	path  []string
}

// String is for the reports of failures.
func (c call) String() string {
	return fmt.Sprintf("%s(%d %s as %T %q %+v %v %v)", c.what, c.step, canon(c.row), c.given["n"], c.name, c.opts, c.value, c.path)
}

// do makes the call, and has the model follow. It returns what is wrong with the
// call's error.
func (m *runModel) do(run *client.Run, c call, finish func() error) error {
	var err, want error
	switch c.what {
	case "Log":
		err = run.Log(c.given)
	case "LogAt":
		err = run.LogAt(c.step, c.given)
	case "LogPartial":
		err = run.LogPartial(c.given)
	case "Commit":
		err = run.Commit()
	case "DefineMetric":
		err = run.DefineMetric(c.name, c.opts)
	case "SetSummary":
		err = run.SetSummary(c.value, c.path...)
	case "DeleteSummary":
		err = run.DeleteSummary(c.path...)
	case "UpdateConfig":
		err = run.UpdateConfig(c.row)
	case "OverwriteConfig":
		err = run.OverwriteConfig(c.row)
	case "SetName":
		err = run.SetName(c.name)
	case "AddTags":
		err = run.AddTags(c.name)
	case "Finish":
		return finish()
	}
	if m.finished {
		want = errors.ErrRunFinished
	} else {
		want = m.follow(c)
	}
	if !errors.Is(err, want) || (err == nil) != (want == nil) {
		return fmt.Errorf("%v returned %v, want %v", c, err, want) //nolint:errorlint // both are told
	}
	return nil
}

// follow is what the call does to a run that is not finished, and the error that
// it returns.
func (m *runModel) follow(c call) error {
	switch c.what {
	case "Log":
		m.merge(c.row)
		m.flush()
	case "LogAt":
		if c.step < m.step {
			return errors.ErrStepInPast
		}
		if c.step > m.step && m.pending != nil {
			m.flush()
		}
		m.step = c.step
		m.merge(c.row)
	case "LogPartial":
		m.merge(c.row)
	case "Commit":
		if m.pending == nil {
			m.step++
		} else {
			m.flush()
		}
	case "DefineMetric":
		m.define(c.name, c.opts)
	case "SetSummary":
		m.key(strings.Join(c.path, ".")).set(c.value)
	case "DeleteSummary":
		m.key(strings.Join(c.path, ".")).remove()
	case "UpdateConfig", "OverwriteConfig":
		if m.updateConfig(c.row, c.what == "OverwriteConfig") {
			return errors.ErrInvalidInput
		}
	case "SetName":
		m.name = c.name
	case "AddTags":
		if !slices.Contains(m.tags, c.name) {
			m.tags = append(m.tags, c.name)
		}
	}
	return nil
}

// drawRow draws a row of metrics. Each key is always a value or always an object.
func drawRow(t *rapid.T) map[string]any {
	value := rapid.OneOf(
		rapid.Float64().AsAny(), rapid.IntRange(-5, 5).AsAny(),
		rapid.SampledFrom([]any{math.NaN(), math.Inf(1), math.Inf(-1), "text", "\u2028\"\\\x00", true, nil}),
	)
	row := map[string]any{}
	for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "g/x", "g/y", "n.x", "n.y", "epoch"}), 0, 4, rapid.ID).Draw(t, "keys") {
		switch below, isBelow := strings.CutPrefix(key, "n."); {
		case isBelow:
			n, _ := row["n"].(map[string]any)
			if n == nil {
				n = map[string]any{}
				row["n"] = n
			}
			n[below] = value.Draw(t, key)
		case key == "epoch":
			row[key] = rapid.IntRange(0, 9).Draw(t, key)
		default:
			row[key] = value.Draw(t, key)
		}
	}
	return row
}

// loose is a map of a type that the library does not know.
type loose map[string]any

// dress gives the row in one of the forms in which programs have their metrics.
func dress(t *rapid.T, row map[string]any) map[string]any {
	given := maps.Clone(row)
	n, nested := row["n"].(map[string]any)
	if !nested {
		return given
	}
	switch rapid.IntRange(0, 3).Draw(t, "form") {
	case 1:
		given["n"] = loose(n)
	case 2:
		given["n"] = new(loose(n))
	case 3:
		if len(n) == 2 {
			given["n"] = struct {
				X any `json:"x"`
				Y any `json:"y"`
			}{n["x"], n["y"]}
		}
	}
	return given
}

// drawCall draws one call. step is where explicit steps begin.
func drawCall(t *rapid.T) call {
	c := call{what: rapid.SampledFrom([]string{
		"Log", "Log", "Log", "Log", "LogAt", "LogAt", "LogPartial", "LogPartial", "Commit", "DefineMetric",
		"SetSummary", "DeleteSummary", "UpdateConfig", "OverwriteConfig", "SetName", "AddTags",
	}).Draw(t, "call")}
	switch c.what {
	case "LogAt":
		c.step = rapid.Int64Range(0, 40).Draw(t, "step")
		c.row = drawRow(t)
		c.given = dress(t, c.row)
	case "Log", "LogPartial":
		c.row = drawRow(t)
		c.given = dress(t, c.row)
	case "DefineMetric":
		c.name = rapid.SampledFrom([]string{"a", "b", "n.x", "g/x", "g/*"}).Draw(t, "metric")
		kinds := []client.SummaryKind{
			client.SummaryMin, client.SummaryMax, client.SummaryMean, client.SummaryFirst, client.SummaryLast,
			client.SummaryBest, client.SummaryCopy, client.SummaryNone,
		}
		c.opts = client.MetricOptions{
			StepMetric: rapid.SampledFrom([]string{"", "", "epoch"}).Draw(t, "step metric"),
			NoStepSync: rapid.Bool().Draw(t, "no sync"),
			Summary:    rapid.SliceOfNDistinct(rapid.SampledFrom(kinds), 0, 3, rapid.ID).Draw(t, "summary"),
			Overwrite:  rapid.Bool().Draw(t, "overwrite"),
		}
	case "SetSummary", "DeleteSummary":
		c.path = strings.Split(rapid.SampledFrom([]string{"a", "b", "n.x", "own"}).Draw(t, "path"), ".")
		c.value = rapid.SampledFrom([]any{1.5, "set", 7, math.Inf(-1), math.NaN()}).Draw(t, "value")
	case "UpdateConfig", "OverwriteConfig":
		c.row = map[string]any{}
		for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"lr", "depth", "deep.a", "deep.b"}), 1, 3, rapid.ID).Draw(t, "config") {
			v := rapid.SampledFrom([]any{1, 2.5, "x", false}).Draw(t, key)
			if below, ok := strings.CutPrefix(key, "deep."); ok {
				mergeMaps(c.row, map[string]any{"deep": map[string]any{below: v}})
			} else {
				c.row[key] = v
			}
		}
	case "SetName", "AddTags":
		c.name = rapid.SampledFrom([]string{"one", "two", "three"}).Draw(t, "name")
	}
	return c
}
