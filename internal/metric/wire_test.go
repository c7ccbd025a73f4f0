package metric_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/record"
)

func wireOf(t *testing.T, s *metric.Set) string {
	t.Helper()
	return string(record.MetricsJSON(s.Records(), true))
}

func TestSection3_5_Wire(t *testing.T) {
	t.Parallel()
	no := false
	for _, tt := range []struct {
		name string
		defs []metric.Definition
		log  row
		want string
	}{
		{name: "none", want: `[]`},
		{
			name: "step metric gets an entry",
			defs: []metric.Definition{{Name: "val/loss", StepMetric: "epoch", Summary: []metric.Op{metric.Min}}},
			want: `[{"1":"val/loss","5":2,"6":[1,3],"7":[1]},{"1":"epoch","6":[],"7":[]}]`,
		},
		{name: "plain", defs: []metric.Definition{{Name: "a"}}, want: `[{"1":"a","6":[3],"7":[]}]`},
		{
			name: "all options", defs: []metric.Definition{{Name: "a", StepMetric: "a", Hidden: true}},
			want: `[{"1":"a","5":1,"6":[1,2,3],"7":[]}]`,
		},
		{name: "no sync", defs: []metric.Definition{{Name: "a", StepMetric: "x", StepSync: &no}}, want: `[{"1":"a","5":2,"6":[3],"7":[]},{"1":"x","6":[],"7":[]}]`},
		{
			name: "best and copy are not sent",
			defs: []metric.Definition{{Name: "a", Summary: []metric.Op{metric.Copy, metric.First, metric.Best, metric.None, metric.Last, metric.Mean, metric.Max}, Goal: metric.Maximize}},
			want: `[{"1":"a","6":[3],"7":[2,3,5,6,8],"8":2}]`,
		},
		{
			name: "a step metric is listed once, and as it is defined",
			defs: []metric.Definition{{Name: "a", StepMetric: "x"}, {Name: "b", StepMetric: "x"}, {Name: "x", StepMetric: "y", Hidden: true}},
			want: `[{"1":"a","5":2,"6":[1,3],"7":[]},{"1":"x","5":3,"6":[1,2,3],"7":[]},{"1":"y","6":[],"7":[]},{"1":"b","5":2,"6":[1,3],"7":[]}]`,
		},
		{
			name: "globs",
			defs: []metric.Definition{{Name: "t/*", StepMetric: "x", Hidden: true}},
			log:  row{"t/a": 1, "b": 1},
			want: `[{"2":"t/*","5":2,"6":[1,2],"7":[]},{"1":"x","6":[],"7":[]}]`,
		},
		{
			name: "globs that matched nothing",
			defs: []metric.Definition{{Name: "t/*", StepMetric: "x"}},
			log:  row{"b": 1},
			want: `[{"2":"t/*","5":2,"6":[1],"7":[]},{"1":"x","6":[],"7":[]}]`,
		},
		{
			name: "a dotted key that a glob matched, and the path it resembles",
			defs: []metric.Definition{{Name: "a*"}},
			log:  row{"a.b": 1, "a": row{"b": 1}},
			want: `[{"2":"a*","6":[],"7":[]}]`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setOf(t, tt.defs...)
			syncSteps(s, tt.log)
			assert.JSONEq(t, tt.want, wireOf(t, s))
		})
	}
}

func TestLoad_OldDefinitions_StayInTheList(t *testing.T) {
	t.Parallel()
	const old = `[{"1":"a","5":2,"6":[1,3],"7":[1],"8":1},{"1":"x","6":[],"7":[]},{"2":"g*","5":2,"6":[1,2],"7":[]}]`
	var s metric.Set
	require.NoError(t, s.Load([]byte(old)))
	assert.JSONEq(t, old, wireOf(t, &s))

	r := row{"a": 1, "g1": 1}
	assert.Equal(t, r, syncSteps(&s, r), "they fill in nothing")
	assert.Empty(t, s.Take())

	require.NoError(t, s.Define(metric.Definition{Name: "a", Hidden: true}))
	assert.JSONEq(t, `[{"1":"a","6":[2,3],"7":[]},{"1":"x","6":[],"7":[]},{"2":"g*","5":2,"6":[1,2],"7":[]}]`, wireOf(t, &s), "a new definition starts afresh")
	require.NoError(t, s.Load([]byte(old)))
	assert.Contains(t, wireOf(t, &s), `{"1":"a","6":[2,3],"7":[]}`, "and an old one does not undo it")
}

func TestLoad_Malformed_IsSkipped(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"null", `null`, `[]`},
		{"no objects", `[1,null,"x",[]]`, `[]`},
		{"no name", `[{}]`, `[]`},
		{"glob as name", `[{"1":"a*"}]`, `[]`},
		{"name as glob", `[{"2":"a"}]`, `[]`},
		{"step out of range", `[{"1":"a","5":7,"6":[3]},{"1":"b","5":-1,"6":[3]}]`, `[{"1":"a","6":[3],"7":[]},{"1":"b","6":[3],"7":[]}]`},
		{"step is a glob", `[{"1":"a","5":2,"6":[3]},{"2":"b*"}]`, `[{"1":"a","6":[3],"7":[]},{"2":"b*","6":[],"7":[]}]`},
		{"unknown numbers", `[{"1":"a","6":[3,99],"7":[0,1,77],"8":9}]`, `[{"1":"a","6":[3],"7":[1]}]`},
		{"one bad entry", `[{"1":"a","6":"x"},{"1":"b","6":[3]}]`, `[{"1":"b","6":[3],"7":[]}]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var s metric.Set
			require.NoError(t, s.Load([]byte(tt.text)))
			assert.JSONEq(t, tt.want, wireOf(t, &s))
		})
	}
	var s metric.Set
	for _, text := range []string{``, `{}`, `[`, `7`} {
		require.ErrorIs(t, s.Load([]byte(text)), errors.ErrInvalidInput, text)
	}
}

func FuzzLoad(f *testing.F) {
	for _, seed := range []string{`[{"1":"a","5":2,"6":[1,3],"7":[1]},{"1":"x","6":[],"7":[]}]`, `[{"2":"a*","5":1}]`, `[{"1":"a","5":1,"8":2}]`, `[{},null,1]`, `{`, `[{"1":"a","5":2},{"1":"b","5":1}]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s metric.Set
		if s.Load(text) != nil {
			assert.Empty(t, s.Records())
			return
		}
		first := wireOf(t, &s)
		var again metric.Set
		require.NoError(t, again.Load([]byte(first)))
		assert.JSONEq(t, first, wireOf(t, &again), "the list is loaded unchanged")
	})
}
