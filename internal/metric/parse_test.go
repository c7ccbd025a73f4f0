package metric_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/metric"
)

func TestParseName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"a": {"a"}, "a.b": {"a", "b"}, `a\.b`: {"a.b"}, `a\.b.c`: {"a.b", "c"}, "a..b": {"a", "", "b"},
		".a": {"", "a"}, "a.": {"a"}, ".": {""}, "": {""},
		`a\b`: {`a\b`}, `a\\b`: {`a\\b`}, `a\`: {"a"}, `a\\.b`: {`a\\`, "b"}, `a\\\.b`: {`a\\.b`},
	} {
		assert.Equal(t, want, metric.ParseName(name), name)
	}
}

func FuzzParseName(f *testing.F) {
	for _, seed := range []string{"a", "a.b", `a\.b`, `a\`, "..", "é.ü"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		path := metric.ParseName(name)
		require.NotEmpty(t, path)
		if last := path[len(path)-1]; last != "" && !strings.Contains(name, `\`) {
			assert.Equal(t, path, metric.ParseName(metric.JoinName(path...)))
		}
	})
}

func TestParseObject(t *testing.T) {
	t.Parallel()
	got, err := metric.ParseObject([]byte(` { "a" : [1, -2.5e3, NaN, Infinity, -Infinity, 1e999, 9223372036854775808] , "b":{"c":{}, "d":null}, "e":"x\"\u00e9" ,"f":true,"g":[]} `))
	require.NoError(t, err)
	list := got["a"].([]any)
	require.True(t, math.IsNaN(list[2].(float64)))
	list[2] = "NaN"
	assert.Equal(t, map[string]any{
		"a": []any{int64(1), -2500.0, "NaN", math.Inf(1), math.Inf(-1), math.Inf(1), 9223372036854775808.0},
		"b": map[string]any{"c": map[string]any{}, "d": nil}, "e": `x"é`, "f": true, "g": []any{},
	}, got)

	for _, bad := range []string{
		``, ` `, `[]`, `1`, `"x"`, `{`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `{"a":1}x`, `{"a":01}`, `{"a":+1}`, `{"a":nan}`, `{"a":[1,]}`,
		`{"a":"`, `{"a":"\`, `{"a":"\x"}`, `{"a":tru}`, `{"a":1 2}`, `{"a":-}`, strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200),
	} {
		_, err := metric.ParseObject([]byte(bad))
		assert.ErrorIs(t, err, metric.ErrSyntax, "%.40s", bad)
	}
}

func FuzzParseObject(f *testing.F) {
	for _, seed := range []string{`{"a":1}`, `{"a":{"b":[1,{"c":null}]},"d":"x"}`, `{"a":NaN}`, `{}`, `{"a":1e400}`, "{\"\\ud800\":\"\xff\"}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := metric.ParseObject(text)
		var want map[string]any
		if json.Unmarshal(text, &want) == nil && want != nil && !deep(text) {
			require.NoError(t, err, "encoding/json reads it")
		}
		if err != nil {
			return
		}
		var enc history.Encoder
		line, err := enc.AppendValue(nil, []any{got})
		require.NoError(t, err)
		again, err := metric.ParseObject(line[1 : len(line)-1])
		require.NoError(t, err)
		second, err := enc.AppendValue(nil, []any{again})
		require.NoError(t, err)
		assert.Equal(t, string(line), string(second))
	})
}

// deep reports whether text may nest more deeply than is allowed, or hold numbers
// that encoding/json gives up on.
func deep(text []byte) bool {
	return strings.Count(string(text), "{")+strings.Count(string(text), "[") > history.MaxDepth-2
}

type flag bool

func (flag) MarshalJSON() ([]byte, error) { return []byte(`{"on":1}`), nil }

func TestFreeze(t *testing.T) {
	t.Parallel()
	half := 0.5
	var f metric.Freezer
	for _, tt := range []struct {
		name string
		in   any
		want any
		num  float64 // 0 for none
	}{
		{"float", 1.5, 1.5, 1.5},
		{"int", 2, 2, 2},
		{"float32 as written", float32(0.1), float32(0.1), 0.1},
		{"int64", int64(3), int64(3), 3},
		{"int32", int32(3), int32(3), 3},
		{"int16", int16(3), int16(3), 3},
		{"int8", int8(3), int8(3), 3},
		{"uint", uint(3), uint(3), 3},
		{"uint64", uint64(3), uint64(3), 3},
		{"uint32", uint32(3), uint32(3), 3},
		{"uint16", uint16(3), uint16(3), 3},
		{"uint8", uint8(3), uint8(3), 3},
		{"duration in seconds", 1500 * time.Millisecond, 1500 * time.Millisecond, 1.5},
		{"pointer", &half, history.Encoded("0.5"), 0.5},
		{"nil pointer", (*float64)(nil), nil, 0},
		{"nil", nil, nil, 0},
		{"named kind", time.Month(3), history.Encoded("3"), 3},
		{"json.Number", json.Number("1e3"), history.Encoded("1e3"), 1000},
		{"bool", true, true, 0},
		{"number in text", "5", "5", 0},
		{"list", []int{1}, history.Encoded("[1]"), 0},
		{"marshaler of an object", flag(true), map[string]any{"on": int64(1)}, 0},
		{"struct", struct{ A, B int }{1, 2}, map[string]any{"A": int64(1), "B": int64(2)}, 0},
		{"encoded object", history.Encoded(`{"a":NaN}`), nil, 0},
		{"empty struct", struct{}{}, history.Encoded("{}"), 0},
		{"encoded infinity", history.Encoded("-Infinity"), history.Encoded("-Infinity"), math.Inf(-1)},
		{"encoded number", history.Encoded("1e400"), history.Encoded("1e400"), math.Inf(1)},
	} {
		got, ok := f.Freeze(tt.in)
		require.True(t, ok, tt.name)
		if tt.name == "encoded object" {
			require.Contains(t, got, "a")
			continue
		}
		assert.Equal(t, tt.want, got, tt.name)
		n, ok := metric.Number(got)
		assert.Equal(t, tt.num != 0, ok, tt.name)
		assert.Equal(t, tt.num, n, tt.name) //nolint:testifylint // exactly this number
	}
	n, ok := metric.Number(history.Encoded("NaN"))
	assert.True(t, ok && math.IsNaN(n))
	_, ok = metric.Number(history.Encoded(nil))
	assert.False(t, ok)

	assert.Equal(t, []any{int64(1), "x"}, metric.Decode(history.Encoded(`[1,"x"]`)))
	assert.Equal(t, 5, metric.Decode(5))
}
