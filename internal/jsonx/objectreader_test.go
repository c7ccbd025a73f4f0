package jsonx_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/jsonx"
)

func TestObjectReader_ObjectsOfOtherKeys_AreReadApart(t *testing.T) {
	t.Parallel()
	var r jsonx.ObjectReader
	for _, tc := range []struct {
		text string
		want map[string]any
	}{
		{`{"a":1,"b":2.5}`, map[string]any{"a": int64(1), "b": 2.5}},
		{` { "b" : -1e3 , "a" : [null, {"a":true}] } `, map[string]any{"b": -1000.0, "a": []any{nil, map[string]any{"a": true}}}},
		{`{}`, map[string]any{}},
		{`{"a":1,"a":2,"\u0061":-0}`, map[string]any{"a": int64(0)}},
		{`{"b":Infinity,"c":"x\n"}`, map[string]any{"b": math.Inf(1), "c": "x\n"}},
		{`{"b":9223372036854775807,"c":-9223372036854775808,"d":9223372036854775808}`, map[string]any{"b": int64(math.MaxInt64), "c": int64(math.MinInt64), "d": 0x1p63}},
	} {
		got, err := r.Read([]byte(tc.text))
		require.NoError(t, err, tc.text)
		assert.Equal(t, tc.want, got)
	}
	for _, bad := range []string{``, ` `, `null`, `["a":1}`, `{"a":1`, `{"a":1}{`, `{"a"}`, `{"a":1,}`, `{"a":-}`} {
		_, err := r.Read([]byte(bad))
		assert.ErrorIs(t, err, jsonx.ErrSyntax, bad)
	}
}

// FuzzObjectReader compares with encoding/json, and with a reader that has read other objects before.
func FuzzObjectReader(f *testing.F) {
	for _, seed := range []string{`{"a":1}`, `{"b":{"b":[1.5,{"c":null}]},"a":"x"}`, `{"a":NaN,"b":1e400}`, `{"a":1,"a":2}`, "{\"\\ud800\":\"\xff\",\"\xff\xff\":-0.0}", `{"a":12345678901234567890,"b":0.1234567890123456789}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if deep(text) {
			return
		}
		var fresh, used jsonx.ObjectReader
		_, err := used.Read([]byte(`{"a":1,"b":2,"c":3}`))
		require.NoError(t, err)
		for range 2 {
			got, err := used.Read(text)
			first, freshErr := fresh.Read(text)
			require.Equal(t, freshErr, err)
			require.Equal(t, fmt.Sprint(first), fmt.Sprint(got)) // NaN is not equal to itself
		}
		var want map[string]any
		if json.Unmarshal(text, &want) != nil || want == nil {
			return
		}
		got, err := fresh.Read(text)
		require.NoError(t, err)
		require.Equal(t, want, floats(got))
	})
}

// floats returns a value with float64 for each number, as encoding/json does.
func floats(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case []any:
		for i := range v {
			v[i] = floats(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = floats(v[key])
		}
	}
	return v
}
