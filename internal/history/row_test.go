package history_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
)

// requireLayout writes a row and checks its layout: the entries lie side by
// side and fill it, and quoting by it writes what quoting by reading does.
func requireLayout(t *testing.T, row map[string]any) {
	t.Helper()
	var enc history.Encoder
	var quoter jsonx.Quoter
	split := enc.Split(row)
	for _, before := range []string{"", "text before it"} {
		all, _ := enc.AppendSplit([]byte(before), split, history.Meta{Step: 7, HasStep: true, Runtime: 0.5, Timestamp: 1.5e9})
		line, layout := all[len(before):], split.Layout()
		at := 1
		for i := range layout.Len() {
			key, value, end := layout.Entry(i)
			require.Equal(t, at, key, "%s", line)
			require.Equal(t, `":`, string(line[value-2:value]), "%s", line)
			require.Less(t, value, end, "%s", line)
			require.Contains(t, ",}", string(line[end]), "%s", line)
			at = end + 1
		}
		require.Equal(t, len(line), at, "%s", line)
		for range 2 {
			require.Equal(t, string(jsonx.AppendQuoted(nil, line)), string(quoter.Append(nil, line, layout)))
		}
	}
}

func TestAppendSplit_Layout_CoversTheLine(t *testing.T) {
	t.Parallel()
	many := make(map[string]any)
	for i := range 5000 { // more than a quoter remembers
		many[string(rune('a'+i%26))+string(rune('\u4e00'+i))] = i
	}
	for name, row := range map[string]map[string]any{
		"nothing":       {},
		"numbers":       {"loss": 0.5, "acc": float32(0.25), "n": 3, "nan": math.NaN(), "inf": math.Inf(-1)},
		"words":         {"t": true, "f": false, "nil": nil},
		"texts":         {"a\"b": "x\"y,\"z\":1", "new\nline": "tab\t\x01", "bad\xff": "bytes\xfe", "日本": "語"},
		"nested":        {"m": map[string]any{"a": 1, "b": map[string]any{"c": "d\"e"}}, "list": []any{1, "2", nil}},
		"empty maps":    {"m": map[string]any{}, "n": map[string]any{"o": map[string]any{}}, "z": 1},
		"refused keys":  {"": 1, "_step": 2, "_runtime": 3, "c": make(chan int), "ok": 1},
		"own timestamp": {"_timestamp": 5.5, "a": 1},
		"many":          many,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireLayout(t, row)
		})
	}
}

// One quoter quotes rows of two kinds by turns.
func TestQuoter_TwoKindsOfRows_EqualsAppendQuoted(t *testing.T) {
	t.Parallel()
	var enc history.Encoder
	var quoter jsonx.Quoter
	for i := range 6 {
		row := map[string]any{"loss": i}
		if i%2 == 1 {
			row = map[string]any{"val": "x\"", "acc": i, "z": nil}
		}
		split := enc.Split(row)
		line, err := enc.AppendSplit(nil, split, history.Meta{})
		require.NoError(t, err)
		assert.Equal(t, string(jsonx.AppendQuoted(nil, line)), string(quoter.Append(nil, line, split.Layout())))
	}
}

func TestFill_AddsKeysForOneRow(t *testing.T) {
	t.Parallel()
	type m = map[string]any
	var enc history.Encoder
	given := m{"b": 1, "n": m{"x": 1}, "nil": nil}
	for range 3 {
		row := enc.Split(given)
		assert.Equal(t, given, tree(row), "nothing is left of the row before")
		assert.True(t, row.Fill([]string{"a"}, 0.5))
		assert.True(t, row.Fill([]string{"n", "y", "z"}, 2))
		assert.False(t, row.Fill([]string{"b", "c"}, 3), "a number is in the way")
		assert.False(t, row.Fill([]string{"nil", "c"}, 3), "a null is in the way")
		assert.Equal(t, m{"a": 0.5, "b": 1, "n": m{"x": 1, "y": m{"z": 2}}, "nil": nil}, tree(row))
		line, err := enc.AppendSplit(nil, row, history.Meta{})
		require.NoError(t, err)
		assert.Equal(t, `{"a":0.5,"b":1,"n":{"x":1,"y":{"z":2}},"nil":null,"_timestamp":0,"_runtime":0}`, string(line)) //nolint:testifylint // byte by byte
		row.Release()
	}
	assert.Equal(t, m{"a": 7, "b": 1, "n": m{"x": 1}, "nil": nil}, tree(enc.Split(m{"a": 7, "b": 1, "n": m{"x": 1}, "nil": nil})), "a row that has the key itself")
}

func TestMergeInto_Objects_AreMergedKeyByKey(t *testing.T) {
	t.Parallel()
	type m = map[string]any
	var enc history.Encoder
	dst := m{"a": 1, "b": m{"x": 1}, "c": m{"x": 1}, "d": 2}
	enc.Split(m{"a": m{"y": 2}, "b": m{"y": 2}, "c": 3, "d": m{}, "e": struct{ Z []int }{[]int{1}}}).MergeInto(dst)
	assert.Equal(t, m{"a": m{"y": 2}, "b": m{"x": 1, "y": 2}, "c": 3, "d": 2, "e": m{"Z": history.Encoded("[1]")}}, dst)
}
