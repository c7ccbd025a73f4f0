package summary_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/summary"
)

type row = map[string]any

var allOps = metric.OpsOf(metric.Min, metric.Max, metric.Mean, metric.First, metric.Last)

// split resolves a row whose keys were not seen before.
func split(r row) *history.Row { return new(history.Encoder).Split(r) }

// log returns a function that logs rows.
func log(rows ...row) func(*summary.Summary) {
	var enc history.Encoder
	return func(s *summary.Summary) {
		for _, r := range rows {
			s.Update(enc.Split(r))
		}
	}
}

func ops(set metric.Ops, path ...string) func(*summary.Summary) {
	return func(s *summary.Summary) { s.Configure(set, path...) }
}

func set(v any, path ...string) func(*summary.Summary) {
	return func(s *summary.Summary) {
		if err := s.Set(v, path...); err != nil {
			panic(err)
		}
	}
}

func remove(path ...string) func(*summary.Summary) {
	return func(s *summary.Summary) { s.Delete(path...) }
}

func load(text string) func(*summary.Summary) {
	return func(s *summary.Summary) {
		if err := s.Load([]byte(text)); err != nil {
			panic(err)
		}
	}
}

func TestSection4_6(t *testing.T) {
	t.Parallel()
	type acts = []func(*summary.Summary)
	nan, inf := math.NaN(), math.Inf(1)
	least, none := metric.OpsOf(metric.Min), metric.OpsOf(metric.None)
	for _, tt := range []struct {
		name string
		acts acts
		want string
	}{
		{"empty", nil, `{}`},
		{"last value of any type", acts{log(row{"a": 1, "b": "x", "c": []int{1}, "d": true}, row{"a": 2.5})}, `{"a":2.5,"b":"x","c":[1],"d":true}`},
		{"null stays out", acts{log(row{"a": 1, "b": nil}, row{"a": nil})}, `{"a":1}`},
		{"nested maps merge", acts{log(row{"a": row{"b": 1, "c": 2}}, row{"a": row{"c": 3}})}, `{"a":{"b":1,"c":3}}`},
		{"structs are nested maps", acts{log(row{"a": struct{ B, C int }{1, 2}}, row{"a": row{"C": 3}})}, `{"a":{"B":1,"C":3}}`},
		{"and so are encoded objects", acts{log(row{"a": history.Encoded(`{"b":1,"c":NaN}`)}, row{"a": row{"b": 3}})}, `{"a":{"b":3,"c":NaN}}`},
		{"empty maps change nothing", acts{log(row{"a": 1}, row{"a": row{}, "b": row{"c": row{}}})}, `{"a":1}`},
		{"a dotted key is itself", acts{log(row{"a.b": 1, "a": row{"b": 2}})}, `{"a":{"b":2},"a.b":1}`},
		{"NaN and infinity", acts{log(row{"a": nan, "b": inf})}, `{"a":NaN,"b":Infinity}`},
		{"keys in order", acts{log(row{"b": 1, "a": 1, "_c": 1, "A": 1})}, `{"A":1,"_c":1,"a":1,"b":1}`},

		{"ops", acts{ops(allOps, "a"), log(row{"a": 0.9}, row{"a": 0.1}, row{"a": 0.5})}, `{"a":{"first":0.9,"last":0.5,"max":0.9,"mean":0.5,"min":0.1}}`},
		{"last alone is an object", acts{ops(metric.OpsOf(metric.Last), "a"), log(row{"a": 1})}, `{"a":{"last":1}}`},
		{"none keeps out", acts{ops(none|least, "a"), log(row{"a": 1})}, `{}`},
		{"best and copy alone are the plain value", acts{ops(metric.OpsOf(metric.Best, metric.Copy), "a"), log(row{"a": 1}, row{"a": 2})}, `{"a":2}`},
		{"best and copy beside others are nothing", acts{ops(metric.OpsOf(metric.Best, metric.Copy, metric.Min), "a"), log(row{"a": 1}, row{"a": 2})}, `{"a":{"min":1}}`},
		{"ops without a value show nothing", acts{ops(allOps, "a"), log(row{"b": 1})}, `{"b":1}`},
		{"nested ops", acts{ops(least, "a", "b"), log(row{"a": row{"b": 1, "c": 5}}, row{"a": row{"b": 2}})}, `{"a":{"b":{"min":1},"c":5}}`},
		{"ops come with the next value and count all before", acts{log(row{"a": 9}, row{"a": 1}), ops(allOps, "a"), log(row{"a": 2})}, `{"a":{"first":9,"last":2,"max":9,"mean":4,"min":1}}`},
		{"not at once", acts{log(row{"a": 9}), ops(allOps, "a")}, `{"a":9}`},
		{"nor do they go at once", acts{ops(least, "a"), log(row{"a": 9}), ops(0, "a")}, `{"a":{"min":9}}`},
		{"none keeps the shown value", acts{ops(least, "a"), log(row{"a": 3}), ops(none|least, "a"), log(row{"a": 2})}, `{"a":{"min":3}}`},
		{"none still counts values", acts{ops(none, "a"), log(row{"a": 3}), ops(least, "a"), log(row{"a": 5})}, `{"a":{"min":3}}`},
		{"null keeps the value shown by earlier operations", acts{ops(allOps, "a"), log(row{"a": 3}), ops(0, "a"), log(row{"a": nil})}, `{"a":{"first":3,"last":3,"max":3,"mean":3,"min":3}}`},

		{"numbers of all kinds count", acts{ops(allOps, "a"), log(row{"a": int8(1)}, row{"a": float32(0.5)}, row{"a": uint64(3)}, row{"a": history.Encoded("0.5")})}, `{"a":{"first":1,"last":0.5,"max":3,"mean":1.25,"min":0.5}}`},
		{"NaN stays", acts{ops(allOps, "a"), log(row{"a": 1}, row{"a": nan}, row{"a": 3})}, `{"a":{"first":1,"last":3,"max":NaN,"mean":NaN,"min":NaN}}`},
		{"NaN first", acts{ops(allOps, "a"), log(row{"a": nan}, row{"a": 3})}, `{"a":{"first":NaN,"last":3,"max":NaN,"mean":NaN,"min":NaN}}`},
		{"infinities", acts{ops(allOps, "a"), log(row{"a": inf}, row{"a": -inf})}, `{"a":{"first":Infinity,"last":-Infinity,"max":Infinity,"mean":NaN,"min":-Infinity}}`},
		{"the sum may overflow", acts{ops(metric.OpsOf(metric.Mean), "a"), log(row{"a": 1e308}, row{"a": 1e308})}, `{"a":{"mean":Infinity}}`},
		{"strings alone", acts{ops(allOps, "a"), log(row{"a": "x"}, row{"a": "y"})}, `{"a":{"first":"x","last":"y","max":0,"mean":NaN,"min":0}}`},
		{"strings among numbers", acts{ops(allOps, "a"), log(row{"a": "x"}, row{"a": 5}, row{"a": "z"})}, `{"a":{"first":"x","last":"z","max":5,"mean":5,"min":5}}`},
		{"booleans are no numbers", acts{ops(allOps, "a"), log(row{"a": true})}, `{"a":{"first":true,"last":true,"max":0,"mean":NaN,"min":0}}`},
		{"null is a first and a last", acts{ops(allOps, "a"), log(row{"a": nil}, row{"a": 5}, row{"a": nil})}, `{"a":{"first":null,"last":null,"max":5,"mean":5,"min":5}}`},

		{"set ends ops", acts{ops(least, "a"), log(row{"a": 9}), set(4, "a"), log(row{"a": 7})}, `{"a":7}`},
		{"but not none", acts{ops(none, "a"), set(4, "a"), log(row{"a": 7})}, `{"a":4}`},
		{"a definition brings them back, and set does not count", acts{ops(least, "a"), log(row{"a": 7}), set(4, "a"), ops(least, "a"), log(row{"a": 9})}, `{"a":{"min":7}}`},
		{"set before the first value leaves no first", acts{set(4, "a"), ops(metric.OpsOf(metric.First), "a"), log(row{"a": 9})}, `{"a":{"first":null}}`},
		{"set nested leaves siblings", acts{log(row{"a": row{"b": 1, "c": 2}}), set(5, "a", "b")}, `{"a":{"b":5,"c":2}}`},
		{"set over an object", acts{log(row{"a": row{"b": 1}}), set(row{"c": 1}, "a")}, `{"a":{"c":1}}`},
		{"a key in an object that was set takes its place", acts{set(row{"c": 1}, "a"), set(2, "a", "d")}, `{"a":{"d":2}}`},
		{"set within ops takes their place", acts{ops(least, "a"), log(row{"a": 1}), set(7, "a", "best")}, `{"a":{"best":7}}`},
		{"set null", acts{log(row{"a": 1}), set(nil, "a"), set(math.NaN(), "b"), set((*int)(nil), "c")}, `{}`},
		{"set NaN in an object and in a list", acts{set(row{"b": nan, "c": row{"d": nan}, "e": row{}}, "a"), set([]float64{nan}, "l")}, `{"a":{"b":null,"c":{"d":null},"e":{}},"l":[NaN]}`},
		{"set after delete leaves the first", acts{log(row{"a": 7}), remove("a"), set(4, "a"), ops(metric.OpsOf(metric.First), "a"), log(row{"a": 9})}, `{"a":{"first":7}}`},
		{"set keeps empty objects and nulls in it", acts{set(row{"b": nil, "c": row{}}, "a"), set(row{}, "d")}, `{"a":{"b":null,"c":{}},"d":{}}`},

		{"delete", acts{log(row{"a": 1, "b": 2}), remove("a")}, `{"b":2}`},
		{"delete nested", acts{log(row{"a": row{"b": 1, "c": 2}}), remove("a", "b")}, `{"a":{"c":2}}`},
		{"delete the last nested", acts{log(row{"a": row{"b": 1}}), remove("a", "b")}, `{}`},
		{"delete an object, and log in it again", acts{log(row{"a": row{"b": 1, "c": 2}}), remove("a"), log(row{"a": row{"b": 3}})}, `{"a":{"b":3}}`},
		{"delete a missing key", acts{log(row{"a": 1}), remove("x"), remove("a", "b"), remove()}, `{"a":1}`},
		{"delete in an object that was set", acts{set(row{"b": 1}, "a"), remove("a", "b")}, `{"a":{"b":1}}`},
		{"delete leaves ops and numbers, but not the first", acts{ops(allOps, "a"), log(row{"a": 7}), remove("a"), log(row{"a": 9})}, `{"a":{"first":9,"last":9,"max":9,"mean":8,"min":7}}`},

		{"a value after an object forgets it", acts{ops(least, "a", "b"), log(row{"a": row{"b": 1}}, row{"a": 5}, row{"a": row{"b": 7}}, row{"a": row{"b": 9}})}, `{"a":{"b":9}}`},
		{"an object after a value forgets it", acts{ops(least, "a"), log(row{"a": 1}, row{"a": row{"b": 1}}, row{"a": 5})}, `{"a":5}`},
		{"keys of an old object are gone", acts{log(row{"a": row{"b": 1}}, row{"a": 5}, row{"a": row{"c": 7}})}, `{"a":{"c":7}}`},
		{"ops above end ops below", acts{ops(least, "a", "b"), ops(least, "a"), log(row{"a": row{"b": 1}}, row{"a": row{"b": 2}})}, `{"a":{"b":2}}`},
		{"and leave what they showed", acts{ops(least, "a", "b"), log(row{"a": row{"b": 1, "c": 2}}), ops(least, "a")}, `{"a":{"b":{"min":1},"c":2}}`},
		{"ops below end ops above", acts{ops(least, "a"), log(row{"a": 1}), ops(least, "a", "b"), log(row{"a": 2})}, `{"a":2}`},
		{"a nested none leaves a value", acts{log(row{"a": 1}), ops(none, "a", "b"), log(row{"a": row{"b": 1}})}, `{"a":1}`},

		{"ops of _step and _runtime are nothing", acts{ops(least, "_step"), ops(least, "_runtime"), func(s *summary.Summary) { s.SetMeta(3, 1.5, 100) }}, `{"_runtime":1.5,"_step":3,"_timestamp":100}`},
		{"ops of _timestamp hold", acts{ops(least, "_timestamp"), func(s *summary.Summary) { s.SetMeta(3, 1.5, 100); s.SetMeta(4, 2, 101) }}, `{"_runtime":2,"_step":4,"_timestamp":{"min":100}}`},
		{"_step and _runtime of a row are not", acts{log(row{"_step": 9, "_runtime": 9, "": 9, "a": 1})}, `{"a":1}`},
		{"a row's own _timestamp is", acts{log(row{"_timestamp": 7}), func(s *summary.Summary) { s.SetMeta(3, 1.5, 100) }}, `{"_runtime":1.5,"_step":3,"_timestamp":7}`},
		{"until the next row", acts{log(row{"_timestamp": 7}), func(s *summary.Summary) { s.SetMeta(3, 1.5, 100) }, log(row{"a": 1}), func(s *summary.Summary) { s.SetMeta(4, 1.5, 101) }}, `{"_runtime":1.5,"_step":4,"_timestamp":101,"a":1}`},
		{"_wandb.runtime", acts{func(s *summary.Summary) { s.SetRuntime(101) }}, `{"_runtime":101,"_wandb":{"runtime":101}}`},
		{"beside what a row has there", acts{func(s *summary.Summary) { s.SetWandbRuntime(1) }, log(row{"_wandb": row{"x": 1}}), func(s *summary.Summary) { s.SetWandbRuntime(2) }}, `{"_wandb":{"runtime":2,"x":1}}`},
		{"and instead of what was set there", acts{set(row{"x": 1}, "_wandb"), func(s *summary.Summary) { s.SetWandbRuntime(2) }}, `{"_wandb":{"runtime":2}}`},

		{"resume shows the old values", acts{load(`{"a":{"min":1,"max":9},"b":5,"l":[1,{}],"n":null,"ee":{},"x":NaN,"_step":2,"_wandb":{"runtime":10}}`)}, `{"_step":2,"_wandb":{"runtime":10},"a":{"max":9,"min":1},"b":5,"ee":{},"l":[1,{}],"x":NaN}`},
		{"resume keeps siblings", acts{load(`{"c":{"d":1,"e":2}}`), log(row{"c": row{"d": 6}})}, `{"c":{"d":6,"e":2}}`},
		{"resume keeps no ops", acts{load(`{"a":{"min":1,"max":9}}`), log(row{"a": 6})}, `{"a":6}`},
		{"resume counts nothing, and knows no first", acts{load(`{"a":{"min":1},"b":1}`), ops(allOps, "a"), ops(allOps, "b"), log(row{"a": 6, "b": 7})}, `{"a":{"first":null,"last":6,"max":6,"mean":6,"min":6},"b":{"first":null,"last":7,"max":7,"mean":7,"min":7}}`},
		{"resume of nothing", acts{load(`{}`)}, `{}`},

		{"what cannot be written is left out", acts{log(row{"a": 1, "b": make(chan int)}, row{"a": []any{make(chan int)}})}, `{"a":1}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var s summary.Summary
			for _, act := range tt.acts {
				act(&s)
			}
			got := string(s.AppendJSON(nil))
			assert.Equal(t, tt.want, got)

			want, err := jsonx.ParseObject([]byte(tt.want))
			require.NoError(t, err)
			assert.Len(t, s.Keys(), len(want))
		})
	}
}

func TestUpdate_KeysNotInTheLine_AreLeftOut(t *testing.T) {
	t.Parallel()
	cyclic := row{"x": 1}
	cyclic["self"] = cyclic
	enc := history.Encoder{Limit: 300}
	split := enc.Split(row{"a": 1, "c": cyclic, "f": func() {}, "long": strings.Repeat("x", 300), "_step": 7})
	_, err := enc.AppendSplit(nil, split, history.Meta{})
	require.Error(t, err)

	var s summary.Summary
	s.Update(split)
	assert.JSONEq(t, `{"a":1,"c":{"x":1}}`, string(s.AppendJSON(nil)))
}

func TestUpdate_CallerChangesValuesLater_HasNoEffect(t *testing.T) {
	t.Parallel()
	list, nested := []int{1}, row{"x": 1}
	set := row{"y": 1}
	var s summary.Summary
	s.Update(split(row{"l": list, "n": nested}))
	require.NoError(t, s.Set(set, "s"))
	list[0], nested["x"], set["y"] = 2, 2, 2
	assert.JSONEq(t, `{"l":[1],"n":{"x":1},"s":{"y":1}}`, string(s.AppendJSON(nil)))
}

func TestSet_InvalidValue_ChangesNothing(t *testing.T) {
	t.Parallel()
	var s summary.Summary
	require.ErrorIs(t, s.Set(1), errors.ErrInvalidInput)
	cyclic := row{}
	cyclic["x"] = cyclic
	require.ErrorIs(t, s.Set(cyclic, "c"), errors.ErrInvalidInput)
	require.ErrorIs(t, s.Set([]any{json.Number("x")}, "a", "b.c"), errors.ErrInvalidInput)
	assert.Equal(t, `{}`, string(s.AppendJSON(nil)))
}

func TestLoad_NotAnObject_ReturnsErrInvalidInput(t *testing.T) {
	t.Parallel()
	for _, text := range []string{``, `null`, `[]`, `{"a":1`, `{"a":1}{}`, `{"a":tru}`} {
		var s summary.Summary
		require.ErrorIs(t, s.Load([]byte(text)), errors.ErrInvalidInput, text)
		assert.Equal(t, `{}`, string(s.AppendJSON(nil)))
	}
}

// A memo in a row that belongs to another summary is not used.
func TestUpdate_RowSharedBySummaries_UpdatesBoth(t *testing.T) {
	t.Parallel()
	var enc history.Encoder
	var a, b summary.Summary
	for i := range 3 {
		split := enc.Split(row{"x": i})
		a.Update(split)
		b.Update(split)
		a.Update(split)
		split.Release()
	}
	assert.JSONEq(t, `{"x":2}`, string(a.AppendJSON(nil)))
	assert.JSONEq(t, `{"x":2}`, string(b.AppendJSON(nil)))
}

//nolint:paralleltest // allocations are counted for the whole process
func TestUpdate_KnownKeys_DoesNotAllocate(t *testing.T) {
	r := row{"a": 0.5, "b": 1, "c": "x", "n": row{"d": 1.5}}
	other := row{"v": 0.5}
	var s summary.Summary
	var enc history.Encoder
	s.Configure(allOps, "a")
	step := int64(1000)
	logBoth := func() {
		s.Update(enc.Split(r))
		s.SetMeta(step, 1.5, 2.5)
		s.Update(enc.Split(other))
		step++
	}
	logBoth()
	assert.Zero(t, testing.AllocsPerRun(100, logBoth))
}

func FuzzLoad(f *testing.F) {
	for _, seed := range []string{`{"a":{"min":1,"max":9},"b":5,"_step":2,"_wandb":{"runtime":10},"n":null,"e":{},"l":[1,{}]}`, `{"a":NaN}`, `{"a":{"b":{"c":{}}}}`, `{"a":1,"a":{"b":1}}`, `{"a":{"b":1},"a":2}`, `{`, `{"":{"":""}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s, again summary.Summary
		if s.Load(text) != nil {
			return
		}
		line := s.AppendJSON(nil)
		assert.NotContains(t, string(line), "\n")
		require.NoError(t, again.Load(line))
		assert.Equal(t, string(line), string(again.AppendJSON(nil)))
		for _, key := range s.Keys() {
			s.Update(split(row{key: 1}))
			again.Update(split(row{key: row{"x": 1}}))
		}
		_, err := jsonx.ParseObject(s.AppendJSON(nil))
		require.NoError(t, err)
		_, err = jsonx.ParseObject(again.AppendJSON(nil))
		require.NoError(t, err)
	})
}
