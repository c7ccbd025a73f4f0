package summary_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/summary"
)

func TestGet(t *testing.T) {
	t.Parallel()
	var s summary.Summary
	s.Configure(metric.OpsOf(metric.Min, metric.First), "a")
	require.NoError(t, s.Load([]byte(`{"list":[1,2]}`)))
	s.Update(split(row{"a": 3, "n": row{"x": "y"}, "l": []int{1}, "f": 0.5}))
	s.SetMeta(4, 1.5, 7)
	require.NoError(t, s.Set(row{"k": 1}, "obj"))
	for _, tt := range []struct {
		path []string
		want any
		ok   bool
	}{
		{[]string{"f"}, 0.5, true},
		{[]string{"n", "x"}, "y", true},
		{[]string{"l"}, history.Encoded("[1]"), true},
		{[]string{"list"}, history.Encoded("[1,2]"), true},
		{[]string{"obj"}, history.Encoded(`{"k":1}`), true},
		{[]string{"obj", "k"}, nil, false},
		{[]string{"a", "min"}, 3.0, true},
		{[]string{"a", "first"}, 3, true},
		{[]string{"a", "max"}, nil, false},
		{[]string{"a"}, nil, false},
		{[]string{"n"}, nil, false},
		{[]string{"zzz"}, nil, false},
		{nil, nil, false},
		{[]string{"_step"}, int64(4), true},
		{[]string{"_runtime"}, 1.5, true},
	} {
		got, ok := s.Get(tt.path...)
		assert.Equal(t, tt.ok, ok, tt.path)
		assert.Equal(t, tt.want, got, tt.path)
	}
	assert.Equal(t, []string{"_runtime", "_step", "_timestamp", "a", "f", "l", "list", "n", "obj"}, s.Keys())
}
