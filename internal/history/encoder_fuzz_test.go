package history_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/history"
)

// FuzzRow compares the line of a row of arbitrary values with encoding/json. If that cannot
// encode the row, because of NaN or infinity, the line has the tokens.
func FuzzRow(f *testing.F) {
	f.Add("loss", 0.5, int64(3), uint64(1<<63), "text", []byte{1, 2}, true, uint8(0))
	f.Add("a\"b", math.NaN(), int64(math.MinInt64), uint64(0), "\xff\x00", []byte("{}"), false, uint8(7))
	f.Add("_step", math.Inf(-1), int64(-1), uint64(9), "", []byte(nil), true, uint8(255))
	f.Add("\xfe", 1e21, int64(0), uint64(math.MaxUint64), "日本", []byte("x"), false, uint8(3))
	f.Fuzz(func(t *testing.T, key string, fl float64, i int64, u uint64, s string, b []byte, flag bool, form uint8) {
		inner := map[string]any{"f": fl, key: s, "i": i}
		row := map[string]any{key: fl, "i": i, "u": u, "s": s, "b": b, "flag": flag, "f32": float32(fl)}
		if form&1 != 0 {
			row["map"] = inner
		}
		if form&2 != 0 {
			row["list"] = []any{inner, fl, s, []string{s}, []float64{fl}}
		}
		if form&4 != 0 {
			row["struct"] = struct {
				F float64 `json:"f"`
				K string  `json:"k,omitempty"`
				M any
			}{fl, s, inner}
		}
		var e history.Encoder
		line, _ := e.AppendRow(nil, row, history.Meta{Step: i, HasStep: true})
		again, _ := e.AppendRow(nil, row, history.Meta{Step: i, HasStep: true})
		assert.Equal(t, string(line), string(again))
		requireLayout(t, row)

		var got map[string]any
		if math.IsNaN(fl) || math.IsInf(fl, 0) || math.IsInf(float64(float32(fl)), 0) {
			line = []byte(quoteTokens(string(line)))
			require.NoError(t, json.Unmarshal(line, &got), "%s", line)
			return
		}
		require.NoError(t, json.Unmarshal(line, &got), "%s", line)
		// What encoding/json makes of the same row, less what differs on
		// purpose.
		delete(row, "_step")
		delete(row, "_runtime")
		delete(row, "")
		if b != nil {
			delete(row, "b") // binary data is refused
		}
		want := make(map[string]any)
		std, err := json.Marshal(row)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(std, &want))
		delete(got, "_step")
		delete(got, "_runtime")
		if _, own := row["_timestamp"]; !own {
			delete(got, "_timestamp")
		}
		if key != strings.ToValidUTF8(key, "") {
			return // two keys may become one, and which value wins is open
		}
		assert.Equal(t, want, got)
	})
}

// quoteTokens turns the tokens of extended JSON into strings.
func quoteTokens(line string) string {
	var out strings.Builder
	inString, escaped := false, false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = inString
		case c == '"':
			inString = !inString
		case !inString:
			token := ""
			for _, tok := range []string{"NaN", "Infinity", "-Infinity"} {
				if strings.HasPrefix(line[i:], tok) {
					token = tok
				}
			}
			if token != "" {
				out.WriteString(`"` + token + `"`)
				i += len(token) - 1
				continue
			}
		}
		out.WriteByte(c)
	}
	return out.String()
}
