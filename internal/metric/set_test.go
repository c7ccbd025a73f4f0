package metric_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/record"
)

// Tests named after a section hold rules of the protocol's description. That the
// numbers are the official client's is tested by TestSummary_RecordedCalls_EqualsOfficialClient in package
// summary, with what was recorded from it.

func setOf(t *testing.T, list ...metric.Definition) *metric.Set {
	t.Helper()
	var s metric.Set
	for _, d := range list {
		require.NoError(t, s.Define(d))
	}
	return &s
}

func TestSection4_5_Define_Invalid_ReturnsInputError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		def  metric.Definition
		want errors.InputError
	}{
		{"no name", metric.Definition{}, errors.InputError{Field: "metric name", Rule: "must not be empty"}},
		{"glob in the middle", metric.Definition{Name: "a*b"}, errors.InputError{Field: "metric name", Value: "a*b", Rule: "may have one '*', as its last character"}},
		{"two globs", metric.Definition{Name: "a**"}, errors.InputError{Field: "metric name", Value: "a**", Rule: "may have one '*', as its last character"}},
		{"glob as step", metric.Definition{Name: "a", StepMetric: "e*"}, errors.InputError{Field: "step metric", Value: "e*", Rule: "must be one metric, without '*'"}},
		{"goal", metric.Definition{Name: "a", Goal: 3}, errors.InputError{Field: "goal of metric", Value: "a", Rule: "must be to minimize, to maximize, or none"}},
		{"op", metric.Definition{Name: "a", Summary: []metric.Op{metric.Min, 9}}, errors.InputError{
			Field: "summary of metric", Value: "a",
			Rule: "must be of min, max, mean, best, last, copy, none and first; Op(9) is not one",
		}},
		{"zero op", metric.Definition{Name: "a", Summary: []metric.Op{0}}, errors.InputError{
			Field: "summary of metric", Value: "a",
			Rule: "must be of min, max, mean, best, last, copy, none and first; Op(0) is not one",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var s metric.Set
			err := s.Define(tt.def)
			e, ok := errors.AsType[*errors.InputError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.want, *e)
			assert.ErrorIs(t, err, errors.ErrInvalidInput)
			assert.Empty(t, s.Take())
			assert.Empty(t, s.Records())
		})
	}
}

func TestSection4_5_Match(t *testing.T) {
	t.Parallel()
	hidden := func(name string) metric.Definition { return metric.Definition{Name: name, Hidden: true} }
	for _, tt := range []struct {
		name string
		defs []metric.Definition
		path []string
		want string // name of the definition, "" for none
	}{
		{"explicit", []metric.Definition{hidden("a")}, []string{"a"}, "a"},
		{"not defined", []metric.Definition{hidden("a")}, []string{"b"}, ""},
		{"glob is a prefix", []metric.Definition{hidden("a*")}, []string{"abc"}, "abc"},
		{"glob matches nothing more too", []metric.Definition{hidden("a*")}, []string{"a"}, "a"},
		{"glob does not match", []metric.Definition{hidden("a*")}, []string{"ba"}, ""},
		{"glob of all", []metric.Definition{hidden("*")}, []string{"x"}, "x"},
		{"glob leaves own keys alone", []metric.Definition{hidden("*")}, []string{"_x"}, ""},
		{"even when it begins like them", []metric.Definition{hidden("_*")}, []string{"_x"}, ""},
		{"explicit does not", []metric.Definition{hidden("_x")}, []string{"_x"}, "_x"},
		{"nested own keys are like others", []metric.Definition{hidden("*")}, []string{"a", "_x"}, "a._x"},
		{"nested", []metric.Definition{hidden("a.b")}, []string{"a", "b"}, "a.b"},
		{"object of a nested one", []metric.Definition{hidden("a.b")}, []string{"a"}, ""},
		{"nested glob", []metric.Definition{hidden("a.*")}, []string{"a", "b"}, "a.b"},
		{"glob across parts", []metric.Definition{hidden("a*")}, []string{"ab", "c"}, "ab.c"},
		{"literal dot", []metric.Definition{hidden(`a\.b`)}, []string{"a.b"}, `a\.b`},
		{"literal dot is no nesting", []metric.Definition{hidden(`a\.b`)}, []string{"a", "b"}, ""},
		{"a dotted key counts as nested for steps", []metric.Definition{hidden("a.b")}, []string{"a.b"}, "a.b"},
		{"the literal one is closer", []metric.Definition{hidden("a.b"), hidden(`a\.b`)}, []string{"a.b"}, `a\.b`},
		{"no path", []metric.Definition{hidden("*")}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, ok := setOf(t, tt.defs...).Match(tt.path...)
			assert.Equal(t, tt.want != "", ok)
			assert.Equal(t, tt.want, d.Name)
			assert.Equal(t, tt.want != "", d.Hidden)
		})
	}
}

func TestSection4_5_ExplicitBeatsGlobAndLongestGlobWins(t *testing.T) {
	t.Parallel()
	list := []metric.Definition{
		{Name: "*", Summary: []metric.Op{metric.Min}},
		{Name: "abc*", Summary: []metric.Op{metric.Mean}},
		{Name: "a*", Summary: []metric.Op{metric.Max}},
		{Name: "abx", Summary: []metric.Op{metric.Last}},
	}
	want := map[string]metric.Op{"x": metric.Min, "ab": metric.Max, "abcd": metric.Mean, "abx": metric.Last}
	for range 2 { // in either order of definition
		s := setOf(t, list...)
		for name, op := range want {
			d, ok := s.Match(name)
			require.True(t, ok)
			assert.Equal(t, []metric.Op{op}, d.Summary, name)
		}
		slices.Reverse(list)
	}
}

func TestSection4_5_FirstLogMakesADefinition(t *testing.T) {
	t.Parallel()
	s := setOf(t, metric.Definition{Name: "a*", StepMetric: "ep", Summary: []metric.Op{metric.Min}, Goal: metric.Minimize})
	require.Len(t, s.Take(), 1)

	row := map[string]any{"ab": 1, "a": map[string]any{"c": 2}, "a.d": 3, "x": 4, "ep": 5}
	assert.Equal(t, row, syncSteps(s, row))
	records := s.Take()
	ops := metric.OpsOf(metric.Min)
	made := func(name string, path ...string) metric.Record {
		return metric.Record{
			Metric: &record.Metric{
				Name: name, StepMetric: "ep", StepSync: true, Defined: true, Summary: record.SummaryKinds(ops),
				Goal: int32(metric.Minimize), Overwrite: true, Expanded: true,
			},
			Path: path, Ops: ops,
		}
	}
	assert.ElementsMatch(t, []metric.Record{made("ab", "ab"), made("a.c", "a", "c"), made("a.d")}, records)

	syncSteps(s, row)
	assert.Empty(t, s.Take(), "the second log makes nothing")

	require.NoError(t, s.Define(metric.Definition{Name: "a*", Overwrite: true, Hidden: true}))
	d, _ := s.Match("ab")
	assert.False(t, d.Hidden, "what was made stays as it is")
	d, _ = s.Match("az")
	assert.True(t, d.Hidden)
}

func TestSection4_5_RedefinitionMerges(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	type D = metric.Definition
	for _, tt := range []struct {
		name string
		defs []D
		want D
	}{
		{"flags stay", []D{{Name: "a", Hidden: true}, {Name: "a"}}, D{Name: "a", Hidden: true, StepSync: &no}},
		{"step stays", []D{{Name: "a", StepMetric: "x"}, {Name: "a"}}, D{Name: "a", StepMetric: "x", StepSync: &yes}},
		{"step changes", []D{{Name: "a", StepMetric: "x"}, {Name: "a", StepMetric: "y"}}, D{Name: "a", StepMetric: "y", StepSync: &yes}},
		{"sync stays", []D{{Name: "a", StepMetric: "x"}, {Name: "a", StepSync: &no}}, D{Name: "a", StepMetric: "x", StepSync: &yes}},
		{"sync comes", []D{{Name: "a", StepMetric: "x", StepSync: &no}, {Name: "a", StepSync: &yes}}, D{Name: "a", StepMetric: "x", StepSync: &yes}},
		{"ops unite", []D{{Name: "a", Summary: []metric.Op{metric.Max}}, {Name: "a", Summary: []metric.Op{metric.Min}}}, D{Name: "a", StepSync: &no, Summary: []metric.Op{metric.Min, metric.Max}}},
		{"none comes on top", []D{{Name: "a", Summary: []metric.Op{metric.Max}}, {Name: "a", Summary: []metric.Op{metric.None}}}, D{Name: "a", StepSync: &no, Summary: []metric.Op{metric.Max, metric.None}}},
		{"none ends with other ops", []D{{Name: "a", Summary: []metric.Op{metric.None}}, {Name: "a", Summary: []metric.Op{metric.Max}}}, D{Name: "a", StepSync: &no, Summary: []metric.Op{metric.Max}}},
		{"none stays without ops", []D{{Name: "a", Summary: []metric.Op{metric.None}}, {Name: "a", Hidden: true}}, D{Name: "a", Hidden: true, StepSync: &no, Summary: []metric.Op{metric.None}}},
		{"goal changes", []D{{Name: "a", Goal: metric.Minimize}, {Name: "a", Goal: metric.Maximize}}, D{Name: "a", StepSync: &no, Goal: metric.Maximize}},
		{"goal stays", []D{{Name: "a", Goal: metric.Minimize}, {Name: "a"}}, D{Name: "a", StepSync: &no, Goal: metric.Minimize}},
		{"overwrite", []D{{Name: "a", StepMetric: "x", Hidden: true, Summary: []metric.Op{metric.Max}, Goal: metric.Minimize}, {Name: "a", Overwrite: true}}, D{Name: "a", StepSync: &no}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setOf(t, tt.defs...)
			assert.Equal(t, []metric.Definition{tt.want}, slices.Collect(s.Definitions()))
			records := s.Take()
			require.Len(t, records, len(tt.defs))
			assert.Equal(t, metric.OpsOf(tt.want.Summary...), records[len(records)-1].Ops)
			for i, d := range tt.defs {
				first := setOf(t, d).Take()[0].Metric
				assert.Equal(t, first, records[i].Metric, "the journal gets each definition as it is")
				assert.Equal(t, d.Overwrite, first.Overwrite)
			}
		})
	}
}

func TestDefine_CallerChangesSliceLater_HasNoEffect(t *testing.T) {
	t.Parallel()
	ops := []metric.Op{metric.Min}
	s := setOf(t, metric.Definition{Name: "a", Summary: ops})
	ops[0] = metric.Max
	assert.Equal(t, record.SummaryKinds(metric.OpsOf(metric.Min)), s.Take()[0].Metric.Summary)
}

func TestDefinitions_IncludeThoseCreatedByGlobs(t *testing.T) {
	t.Parallel()
	s := setOf(t, metric.Definition{Name: "a*"}, metric.Definition{Name: "b"})
	syncSteps(s, map[string]any{"ab": 1})
	names := map[string]bool{}
	for d := range s.Definitions() {
		names[d.Name] = true
	}
	assert.Equal(t, []string{"a*", "ab", "b"}, slices.Sorted(maps.Keys(names)))
	for range s.Definitions() {
		break // may be left early
	}
}
