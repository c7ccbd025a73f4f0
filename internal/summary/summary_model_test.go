package summary_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/summary"
)

// model is the rule for one metric. It stores all values.
type model struct {
	logged  []any // every value
	from    int   // the index of the first value in logged, from 1; 0 if a set came before
	present bool
	ops     metric.Ops
	shown   any // nil for nothing
}

func (m *model) log(v any) {
	if !m.present {
		m.present, m.from = true, len(m.logged)+1
	}
	m.logged = append(m.logged, v)
	switch {
	case m.ops.Has(metric.None):
	case m.ops.Derives():
		m.shown = m.derived()
	case v != nil:
		m.shown = v
	}
}

func (m *model) derived() map[string]any {
	var numbers []float64
	for _, v := range m.logged {
		if f, ok := v.(float64); ok {
			numbers = append(numbers, f)
		}
	}
	least, most, sum := 0.0, 0.0, 0.0
	for i, f := range numbers {
		if i == 0 {
			least, most = f, f
		}
		least, most, sum = math.Min(least, f), math.Max(most, f), sum+f
		// The functions of package math prefer an infinity to a NaN.
		if math.IsNaN(sum) && hasNaN(numbers[:i+1]) {
			least, most = math.NaN(), math.NaN()
		}
	}
	var first any
	if m.from > 0 {
		first = m.logged[m.from-1]
	}
	all := map[metric.Op]any{
		metric.Min: least, metric.Max: most, metric.Mean: sum / float64(len(numbers)),
		metric.First: first, metric.Last: m.logged[len(m.logged)-1],
	}
	out := map[string]any{}
	for o, v := range all {
		if m.ops.Has(o) {
			out[o.String()] = v
		}
	}
	return out
}

func hasNaN(list []float64) bool {
	return slices.ContainsFunc(list, math.IsNaN)
}

func (m *model) set(v any) {
	m.present = true
	m.ops &= metric.OpsOf(metric.None)
	m.shown = v
	if f, ok := v.(float64); ok && math.IsNaN(f) {
		m.shown = nil
	}
}

// The model follows the rules as they are written down, for any
// sequence of calls on keys that do not turn from values into objects.
func TestSummary_RandomCalls_EqualsModel(t *testing.T) {
	t.Parallel()
	paths := [][]string{{"a"}, {"b"}, {"n", "x"}, {"n", "y.z"}, {"n", "m", "w"}}
	value := rapid.OneOf(
		rapid.Float64().AsAny(),
		rapid.SampledFrom([]any{math.NaN(), math.Inf(1), math.Inf(-1), 0.0, "text", true, nil}),
	)
	rapid.Check(t, func(t *rapid.T) {
		var s summary.Summary
		var enc history.Encoder
		models := make([]model, len(paths))
		for range rapid.IntRange(1, 30).Draw(t, "calls") {
			i := rapid.IntRange(0, len(paths)-1).Draw(t, "path")
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0:
				ops := metric.Ops(rapid.IntRange(0, 1<<9-1).Draw(t, "ops")) &^ 1
				s.Configure(ops, paths[i]...)
				models[i].ops = ops
			case 1:
				v := value.Draw(t, "set")
				require.NoError(t, s.Set(v, paths[i]...))
				models[i].set(v)
			case 2:
				s.Delete(paths[i]...)
				models[i].present, models[i].shown = false, nil
			default:
				r := row{}
				for j := range paths {
					if j == i || rapid.Bool().Draw(t, "too") {
						v := value.Draw(t, "value")
						put(r, paths[j], v)
						models[j].log(v)
					}
				}
				s.Update(enc.Split(r))
			}
			want := row{}
			for j, m := range models {
				if m.shown != nil {
					put(want, paths[j], m.shown)
				}
			}
			got, err := jsonx.ParseObject(s.AppendJSON(nil))
			require.NoError(t, err)
			require.Equal(t, show(want), show(got))
		}
	})
}

func put(in row, path []string, v any) {
	for _, name := range path[:len(path)-1] {
		below, ok := in[name].(map[string]any)
		if !ok {
			below = row{}
			in[name] = below
		}
		in = below
	}
	in[path[len(path)-1]] = v
}
