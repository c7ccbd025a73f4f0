package metric_test

import (
	"maps"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/metric"
)

type row = map[string]any

// syncSteps returns what is logged for a row.
func syncSteps(s *metric.Set, r row) row {
	var enc history.Encoder
	split, out := enc.Split(r), row{}
	s.SyncSteps(split)
	split.MergeInto(out)
	return out
}

type epoch struct {
	Train struct {
		Loss float64 `json:"loss"`
	} `json:"train"`
}

func TestSection4_4_StepSync(t *testing.T) {
	t.Parallel()
	no := false
	var nested epoch
	nested.Train.Loss = 2
	cyclic := row{"b": 1}
	cyclic["self"] = cyclic
	cyclic["again"] = cyclic
	for _, tt := range []struct {
		name string
		defs []metric.Definition
		rows []row
		want []row
	}{
		{"0 before the first value", []metric.Definition{{Name: "a", StepMetric: "x"}}, []row{{"a": 1}}, []row{{"a": 1, "x": int64(0)}}},
		{"last value", []metric.Definition{{Name: "a", StepMetric: "x"}}, []row{{"x": 3}, {"x": 4.5}, {"a": 1}}, []row{{"x": 3}, {"x": 4.5}, {"a": 1, "x": 4.5}}},
		{"the row's own comes first", []metric.Definition{{Name: "a", StepMetric: "x"}}, []row{{"x": 3}, {"a": 1, "x": 7}, {"a": 1}}, []row{{"x": 3}, {"a": 1, "x": 7}, {"a": 1, "x": 7}}},
		{"off", []metric.Definition{{Name: "a", StepMetric: "x", StepSync: &no}}, []row{{"a": 1}}, []row{{"a": 1}}},
		{"not for other metrics", []metric.Definition{{Name: "a", StepMetric: "x"}}, []row{{"b": 1}}, []row{{"b": 1}}},
		{"null in the row is there", []metric.Definition{{Name: "a", StepMetric: "x"}}, []row{{"x": 3}, {"a": 1, "x": nil}, {"a": nil}}, []row{{"x": 3}, {"a": 1, "x": nil}, {"a": nil, "x": 3}}},
		{"only numbers are remembered", []metric.Definition{{Name: "a", StepMetric: "x"}}, []row{{"x": int32(3)}, {"x": "s"}, {"x": true}, {"x": []int{1}}, {"a": 1}}, []row{{"x": int32(3)}, {"x": "s"}, {"x": true}, {"x": history.Encoded("[1]")}, {"a": 1, "x": int32(3)}}},
		{"an empty object is not a metric", []metric.Definition{{Name: "a", StepMetric: "x"}}, []row{{"a": row{}}}, []row{{}}},
		{"an object is not a metric", []metric.Definition{{Name: "a", StepMetric: "x"}}, []row{{"a": row{"b": 1}}}, []row{{"a": row{"b": 1}}}},
		{"nested metric", []metric.Definition{{Name: "a.b", StepMetric: "x"}}, []row{{"a": row{"b": 1}}}, []row{{"a": row{"b": 1}, "x": int64(0)}}},
		{"nested step", []metric.Definition{{Name: "a", StepMetric: "x.y"}}, []row{{"a": 1}, {"x": row{"y": 5}}, {"a": 1, "x": row{"z": 4}}}, []row{{"a": 1, "x": row{"y": int64(0)}}, {"x": row{"y": 5}}, {"a": 1, "x": row{"y": 5, "z": 4}}}},
		{"nested step with a value in the way", []metric.Definition{{Name: "a", StepMetric: "x.y"}}, []row{{"a": 1, "x": 3}, {"a": 1, "x": nil}}, []row{{"a": 1, "x": 3}, {"a": 1, "x": nil}}},
		{"step of an escaped name", []metric.Definition{{Name: "a", StepMetric: `x\.y`}}, []row{{"x.y": 5}, {"a": 1}}, []row{{"x.y": 5}, {"a": 1, "x.y": 5}}},
		{"escaped name", []metric.Definition{{Name: `a\.b`, StepMetric: "x"}}, []row{{"a.b": 5}}, []row{{"a.b": 5, "x": int64(0)}}},
		{"dotted key", []metric.Definition{{Name: "a.b", StepMetric: "x"}}, []row{{"a.b": 5}}, []row{{"a.b": 5, "x": int64(0)}}},
		{"in structs", []metric.Definition{{Name: "e.train.loss", StepMetric: "e.step"}}, []row{{"e": nested}}, []row{{"e": row{"train": row{"loss": int64(2)}, "step": int64(0)}}}},
		{"glob", []metric.Definition{{Name: "*", StepMetric: "x"}}, []row{{"a": 1}, {"_a": 1}, {"x": 4}, {"b": 1}}, []row{{"a": 1, "x": int64(0)}, {"_a": 1}, {"x": 4}, {"b": 1, "x": 4}}},
		{"glob that matched nothing yet remembers", []metric.Definition{{Name: "z*", StepMetric: "x"}}, []row{{"x": 3}, {"z": 1}}, []row{{"x": 3}, {"z": 1, "x": 3}}},
		{"step of a step", []metric.Definition{{Name: "a", StepMetric: "b"}, {Name: "b", StepMetric: "c"}}, []row{{"a": 1}}, []row{{"a": 1, "b": int64(0), "c": int64(0)}}},
		{"steps in a circle", []metric.Definition{{Name: "a", StepMetric: "b"}, {Name: "b", StepMetric: "a"}}, []row{{"a": 1}, {"b": 2}}, []row{{"a": 1, "b": int64(0)}, {"b": 2, "a": 1}}},
		{"own step", []metric.Definition{{Name: "a", StepMetric: "a"}}, []row{{"a": 1}}, []row{{"a": 1}}},
		{"the client's own keys are always there", []metric.Definition{{Name: "a", StepMetric: "_step"}, {Name: "b", StepMetric: "_runtime"}, {Name: "c", StepMetric: "_timestamp"}}, []row{{"a": 1, "b": 1, "c": 1}}, []row{{"a": 1, "b": 1, "c": 1}}},
		{"objects that contain themselves", []metric.Definition{{Name: "a", StepMetric: "x"}}, []row{{"a": 1, "c": cyclic}}, []row{{"a": 1, "x": int64(0), "c": row{"b": 1}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setOf(t, tt.defs...)
			for i, r := range tt.rows {
				before := maps.Clone(r)
				got := syncSteps(s, r)
				assert.Equal(t, tt.want[i], got)
				assert.Equal(t, before, r, "the caller's map is as it was")
			}
		})
	}
}

func TestSection4_4_ValuesBeforeTheDefinitionAreNotRemembered(t *testing.T) {
	t.Parallel()
	var s metric.Set
	syncSteps(&s, row{"x": 5})
	require.NoError(t, s.Define(metric.Definition{Name: "a", StepMetric: "x"}))
	assert.Equal(t, row{"a": 1, "x": int64(0)}, syncSteps(&s, row{"a": 1}))

	syncSteps(&s, row{"x": 6})
	require.NoError(t, s.Define(metric.Definition{Name: "a", Overwrite: true}))
	syncSteps(&s, row{"x": 7})
	require.NoError(t, s.Define(metric.Definition{Name: "b", StepMetric: "x"}))
	assert.Equal(t, row{"b": 1, "x": 7}, syncSteps(&s, row{"b": 1}), "once known it stays so")
}

func TestSyncSteps_NestedMapsOfTheCaller_AreUnchanged(t *testing.T) {
	t.Parallel()
	s := setOf(t, metric.Definition{Name: "a.b", StepMetric: "a.c.d"})
	inner := row{"z": 1}
	outer := row{"b": 1, "c": inner}
	assert.Equal(t, row{"a": row{"b": 1, "c": row{"d": int64(0), "z": 1}}}, syncSteps(s, row{"a": outer}))
	assert.Equal(t, row{"z": 1}, inner)
	assert.Equal(t, row{"b": 1, "c": row{"z": 1}}, outer)
}

// The model follows the rule as it is written down.
func TestSyncSteps_RandomRows_EqualsModel(t *testing.T) {
	t.Parallel()
	names := []string{"a", "b", "ab", "abc", "x", "y"}
	rapid.Check(t, func(t *rapid.T) {
		var s metric.Set
		steps := map[string]string{} // of metrics
		globs := map[string]string{}
		last := map[string]any{}
		for range rapid.IntRange(1, 12).Draw(t, "actions") {
			if rapid.IntRange(0, 3).Draw(t, "what") == 0 {
				name := rapid.SampledFrom(append([]string{"a*", "ab*", "*"}, names[:4]...)).Draw(t, "name")
				step := rapid.SampledFrom(names[4:]).Draw(t, "step")
				require.NoError(t, s.Define(metric.Definition{Name: name, StepMetric: step}))
				if name[len(name)-1] == '*' {
					globs[name[:len(name)-1]] = step
				} else {
					steps[name] = step
				}
				if last[step] == nil {
					last[step] = int64(0)
				}
				continue
			}
			in := rapid.MapOf(rapid.SampledFrom(names), rapid.Float64()).Draw(t, "row")
			given, want := row{}, row{}
			for name, v := range in {
				given[name], want[name] = v, v
				if last[name] != nil {
					last[name] = v
				}
			}
			for name := range in {
				if _, ok := steps[name]; !ok {
					for size := len(name); size >= 0; size-- {
						if step, ok := globs[name[:size]]; ok {
							steps[name] = step
							break
						}
					}
				}
			}
			// x and y may come to have a step themselves, through a glob.
			for again := true; again; {
				again = false
				for name := range maps.Clone(want) {
					if step := steps[name]; step != "" {
						if _, ok := want[step]; !ok {
							want[step], again = last[step], true
						}
					}
				}
			}
			got := syncSteps(&s, given)
			require.Equal(t, printed(want), printed(got))
			require.Len(t, given, len(in))
		}
	})
}

// printed replaces NaN, which is not equal to itself.
func printed(r row) row {
	for name, v := range r {
		if f, ok := v.(float64); ok && math.IsNaN(f) {
			r[name] = "NaN"
		}
	}
	return r
}

//nolint:paralleltest // allocations are counted for the whole process
func TestSyncSteps_KnownKeys_DoesNotAllocate(t *testing.T) {
	s := setOf(t, metric.Definition{Name: "*", StepMetric: "epoch"})
	r := row{"loss": 0.5, "acc": 0.25}
	syncSteps(s, row{"epoch": 3})
	var enc history.Encoder
	s.SyncSteps(enc.Split(r))
	assert.Zero(t, testing.AllocsPerRun(100, func() { s.SyncSteps(enc.Split(r)) }))
}
