package jsonx_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
)

func TestParseObject(t *testing.T) {
	t.Parallel()
	got, err := jsonx.ParseObject([]byte(` { "a" : [1, -2.5e3, NaN, Infinity, -Infinity, 1e999, 9223372036854775808] , "b":{"c":{}, "d":null}, "e":"x\"\u00e9" ,"f":true,"g":[]} `))
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
		`{"a":"`, `{"a":"\`, `{"a":"\x"}`, `{"a":tru}`, `{"a":1 2}`, `{"a":-}`, strings.Repeat(`{"a":`, 2000) + "1" + strings.Repeat("}", 2000),
	} {
		_, err := jsonx.ParseObject([]byte(bad))
		assert.ErrorIs(t, err, jsonx.ErrSyntax, "%.40s", bad)
	}
}

func TestMember_DottedName_FindsKeysWithDots(t *testing.T) {
	t.Parallel()
	object := map[string]any{"a": map[string]any{"b.c": 1, "b": map[string]any{"d": nil}}, "a.b": map[string]any{"e": 2}, "f": 3}
	for name, want := range map[string]any{"f": 3, "a.b.c": 1, "a.b.e": 2, "a.b.d": nil} {
		got, ok := jsonx.Member(object, name)
		assert.True(t, ok, name)
		assert.Equal(t, want, got, name)
	}
	for _, name := range []string{"", "a.", "b", "a.b.c.d", "f.g", ".a"} {
		_, ok := jsonx.Member(object, name)
		assert.False(t, ok, name)
	}
}

func FuzzParseObject(f *testing.F) {
	for _, seed := range []string{`{"a":1}`, `{"a":{"b":[1,{"c":null}]},"d":"x"}`, `{"a":NaN}`, `{}`, `{"a":1e400}`, "{\"\\ud800\":\"\xff\"}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := jsonx.ParseObject(text)
		var want map[string]any
		if deep(text) {
			return
		}
		if json.Unmarshal(text, &want) == nil && want != nil {
			require.NoError(t, err, "encoding/json reads it")
		}
		if err != nil {
			return
		}
		var enc history.Encoder
		line, err := enc.AppendValue(nil, []any{got})
		require.NoError(t, err)
		again, err := jsonx.ParseObject(line[1 : len(line)-1])
		require.NoError(t, err)
		second, err := enc.AppendValue(nil, []any{again})
		require.NoError(t, err)
		assert.Equal(t, string(line), string(second))
	})
}

// deep reports whether text may nest more deeply than a row.
func deep(text []byte) bool {
	return strings.Count(string(text), "{")+strings.Count(string(text), "[") > history.MaxDepth-2
}
