package media

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// The texts are what the official client 0.31.0 writes: pydantic's and Python's.
func TestJSONStyle_Cell_IsThatOfTheOfficialClient(t *testing.T) {
	t.Parallel()
	second := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := []struct {
		name          string
		cell          any
		run, artifact string
	}{
		{"nil", nil, "null", "null"},
		{"boolean", true, "true", "true"},
		{"integer", int64(-7), "-7", "-7"},
		{"large integer", uint64(math.MaxUint64), "18446744073709551615", "18446744073709551615"},
		{"whole number", 3.0, "3.0", "3.0"},
		{"fraction", 0.1, "0.1", "0.1"},
		{"zero", 0.0, "0.0", "0.0"},
		{"negative zero", math.Copysign(0, -1), "-0.0", "-0.0"},
		{"last without exponent", 1e15, "1000000000000000.0", "1000000000000000.0"},
		{"first with exponent", 1e16, "1e+16", "1e+16"},
		{"digits before an exponent", 123456789012345680.0, "1.2345678901234568e+17", "1.2345678901234568e+17"},
		{"last small one", 0.0001, "0.0001", "0.0001"},
		{"small", 0.00001, "0.00001", "1e-05"},
		{"smaller", 1.5e-6, "1.5e-6", "1.5e-06"},
		{"least", math.SmallestNonzeroFloat64, "5e-324", "5e-324"},
		{"greatest", math.MaxFloat64, "1.7976931348623157e+308", "1.7976931348623157e+308"},
		{"NaN", math.NaN(), "NaN", "null"},
		{"infinity", math.Inf(1), "Infinity", "Infinity"},
		{"negative infinity", math.Inf(-1), "-Infinity", "-Infinity"},
		{"text", "a\"b\\\n\r\t\b\f\x01/<", `"a\"b\\\n\r\t\b\f\u0001/<"`, `"a\"b\\\n\r\t\b\f\u0001/<"`},
		{"delete", "\x7f", "\"\x7f\"", `"\u007f"`},
		{"not ASCII", "é😀", `"é😀"`, `"\u00e9\ud83d\ude00"`},
		{"not UTF-8", "a\xffb", "\"a\ufffdb\"", `"a\ufffdb"`},
		{"time", second, `"2024-01-02T03:04:05Z"`, "1704164645000"},
		{"time with a fraction", second.Add(678900 * time.Microsecond), `"2024-01-02T03:04:05.678900Z"`, "1704164645678"},
		{"list", []any{int64(1), nil, []any{}}, "[1,null,[]]", "[1, null, []]"},
		{"object", map[string]any{"b": int64(1), "a": map[string]any{}}, `{"a":{},"b":1}`, `{"a": {}, "b": 1}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.run, string(runStyle.append(nil, tt.cell)))
			assert.Equal(t, tt.artifact, string(artifactStyle.append(nil, tt.cell)))
		})
	}
}

func FuzzJSONStyle(f *testing.F) {
	f.Add("plain", 0.5, int64(3))
	f.Add("\xff\x00\"\\\u2028😀", math.Inf(-1), int64(math.MinInt64))
	f.Add("", 1e16, int64(0))
	f.Add("é", 9.999999999999999e15, int64(-1))
	f.Add("a\ufffd", 1.0000000000000001e-5, int64(1))
	f.Fuzz(func(t *testing.T, text string, number float64, integer int64) {
		want := map[string]any{"list": []any{text, integer, nil, true}, text: number}
		for name, style := range map[string]*jsonStyle{"run": &runStyle, "artifact": &artifactStyle} {
			out := style.append(nil, want)
			require.True(t, utf8.Valid(out), name)
			if style.ascii {
				assert.Equal(t, -1, strings.IndexFunc(string(out), func(r rune) bool { return r >= utf8.RuneSelf }))
			}
			var got map[string]any
			decoder := json.NewDecoder(strings.NewReader(string(jsonx.NullNonFinite(out))))
			decoder.UseNumber()
			require.NoError(t, decoder.Decode(&got), "%s: %s", name, out)
			key := strings.ToValidUTF8(text, "\ufffd")
			if strings.Count(key, "\ufffd") != strings.Count(text, "\ufffd") || key == "list" {
				continue // keys that become equal
			}
			list, _ := got["list"].([]any)
			require.Len(t, list, 4)
			assert.Equal(t, key, list[0])
			assert.Equal(t, json.Number(strconv.FormatInt(integer, 10)), list[1])
			if math.IsNaN(number) || math.IsInf(number, 0) {
				assert.Nil(t, got[key])
				continue
			}
			digits, _ := got[key].(json.Number)
			back, err := digits.Float64()
			require.NoError(t, err)
			assert.Equal(t, math.Float64bits(number), math.Float64bits(back), "%s", out)
		}
	})
}
