package history_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/history"
)

func TestSplit_SameKeys_KeepsMemo(t *testing.T) {
	t.Parallel()
	var enc history.Encoder
	row := enc.Split(map[string]any{"b": 2, "a": 1})
	assert.Equal(t, []string{"a", "b"}, row.Keys)
	assert.Equal(t, []any{1, 2}, row.Values)
	assert.Nil(t, row.Memo[history.MemoSummary])
	row.Memo[history.MemoSummary] = "known"
	row.Release()
	assert.Equal(t, []any{nil, nil}, row.Values, "they are the caller's")

	row = enc.Split(map[string]any{"a": 3, "b": nil})
	assert.Equal(t, "known", row.Memo[history.MemoSummary])
	assert.Equal(t, []any{3, nil}, row.Values)

	for name, other := range map[string]map[string]any{
		"fewer":   {"a": 1},
		"more":    {"a": 1, "b": 2, "c": 3},
		"as many": {"a": 1, "c": 2},
		"none":    {},
		"no row":  nil,
	} {
		row := enc.Split(other)
		assert.Len(t, row.Keys, len(other), name)
		if len(other) > 0 {
			assert.Nil(t, row.Memo[history.MemoSummary], name)
		}
		for i, key := range row.Keys {
			assert.Equal(t, other[key], row.Values[i], name)
		}
	}
}

func TestSplit_FifthKeySet_ReplacesLongestUnused(t *testing.T) {
	t.Parallel()
	var enc history.Encoder
	memo := func(i int) *any {
		return &enc.Split(map[string]any{fmt.Sprint("key", i): i}).Memo[history.MemoSummary]
	}
	for i := range 4 {
		*memo(i) = i
	}
	assert.Equal(t, 0, *memo(0))
	assert.Nil(t, *memo(4), "replaces 1")
	for _, i := range []int{0, 2, 3} {
		assert.Equal(t, i, *memo(i))
	}
	assert.Nil(t, *memo(1))
}

func TestSplit_ReservedKeys_AreRefusedEachTime(t *testing.T) {
	t.Parallel()
	var enc history.Encoder
	for range 2 {
		row := enc.Split(map[string]any{"": 1, "_step": 2, "_runtime": 3, "a": 4})
		assert.Equal(t, []string{"a"}, row.Keys)
		require.ErrorIs(t, row.Err(), history.ErrEmptyKey)
		require.ErrorIs(t, row.Err(), history.ErrReserved)
	}
	row := enc.Split(map[string]any{"a": 1, "_runtime": 2, "_step": 3, "b": 4})
	assert.Equal(t, []string{"a", "b"}, row.Keys, "as many keys, but others")
	row = enc.Split(map[string]any{"a": map[string]any{"": 1, "_step": 2}})
	assert.NoError(t, row.Err(), "inside an object they are keys like others")
}

// tree returns the values of a row as maps.
func tree(row *history.Row) map[string]any {
	m := map[string]any{}
	row.MergeInto(m)
	return m
}

type (
	half  float64
	layer struct {
		Units int            `json:"units"`
		Rate  float64        `json:"rate"`
		Name  string         `json:"name"`
		Tags  []string       `json:"tags"`
		None  *int           `json:"none"`
		Deep  map[string]any `json:"deep"`
		Empty struct{}       `json:"empty"`
		On    bool           `json:"on"`
	}
)

func TestSplit_Values_AreOfTheListedKinds(t *testing.T) {
	t.Parallel()
	type m = map[string]any
	var enc history.Encoder
	for _, tt := range []struct {
		name     string
		in, want any
	}{
		{"numbers stay", m{"a": 1, "b": float32(0.1), "c": uint8(3), "d": time.Second}, m{"a": 1, "b": float32(0.1), "c": uint8(3), "d": time.Second}},
		{"words and text", m{"a": nil, "b": true, "c": "x\"y"}, m{"a": nil, "b": true, "c": "x\"y"}},
		{"named number", half(0.5), history.Encoded("0.5")},
		{"list", []any{1, m{}, nil}, history.Encoded("[1,{},null]")},
		{"time", time.Unix(0, 0).UTC(), history.Encoded(`"1970-01-01T00:00:00Z"`)},
		{
			"struct",
			layer{Units: 5, Rate: 0.25, Name: "a\nb", Tags: []string{"x"}, Deep: m{"z": 1e300}, On: true},
			m{"units": int64(5), "rate": 0.25, "name": "a\nb", "tags": history.Encoded(`["x"]`), "none": nil, "deep": m{"z": 1e300}, "on": true},
		},
		{"map of another type", map[int]string{10: "x", 9: "y"}, m{"9": "y", "10": "x"}},
		{"encoded", history.Encoded("[1]"), history.Encoded("[1]")},
		{"null by pointer", (*int)(nil), nil},
		{"empty objects", m{"a": m{}, "b": m{"c": struct{}{}}, "d": 1}, m{"d": 1}},
	} {
		for range 2 { // with new keys and with known ones
			row := enc.Split(m{"v": tt.in})
			require.NoError(t, row.Err(), tt.name)
			assert.Equal(t, m{"v": tt.want}, tree(row), tt.name)
			row.Release()
		}
	}
}

func TestSplit_ObjectsOfAnotherShape_AreReadAnew(t *testing.T) {
	t.Parallel()
	type m = map[string]any
	var enc history.Encoder
	for i, keys := range [][]string{{"a", "b", "c"}, {"a", "c"}, {"b"}, {"a", "b", "c", "d"}, {}, {"c", "d"}} {
		want, typed := m{}, map[string]int{}
		for _, k := range keys {
			want[k], typed[k] = int64(i), i
		}
		row := enc.Split(m{"v": typed, "w": 1})
		got := tree(row)
		if len(keys) == 0 {
			assert.Equal(t, m{"w": 1}, got)
		} else {
			assert.Equal(t, m{"v": want, "w": 1}, got)
		}
	}
}

func TestSplit_Cycles_AreLeftOutAndNamed(t *testing.T) {
	t.Parallel()
	loop := map[string]any{"x": 1}
	loop["self"] = loop
	list := []any{loop}
	loop["list"] = list
	var enc history.Encoder
	row := enc.Split(map[string]any{"v": loop})
	assert.Equal(t, map[string]any{"v": map[string]any{"x": 1}}, tree(row))
	require.ErrorIs(t, row.Err(), history.ErrCyclic)
	assert.ErrorContains(t, row.Err(), `"v.self"`)
	assert.ErrorContains(t, row.Err(), `"v.list"`)
}

//nolint:paralleltest // allocations are counted for the whole process
func TestSplit_KnownKeys_DoesNotAllocate(t *testing.T) {
	var enc history.Encoder
	row := map[string]any{"a": 0.5, "n": map[string]any{"b": 1, "m": map[string]any{"c": "x"}}}
	assert.Zero(t, testing.AllocsPerRun(100, func() { enc.Split(row).Release() }))
}
