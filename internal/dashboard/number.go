package dashboard

import (
	"encoding/json"
	"math"
	"strconv"
)

// number is a float64 as JSON: NaN and infinities are strings.
type number float64

// MarshalJSON writes the number.
func (n number) MarshalJSON() ([]byte, error) {
	if !finite(float64(n)) {
		return []byte(`"` + n.String() + `"`), nil
	}
	return json.Marshal(float64(n))
}

// String writes the number as in JSON, without quotes.
func (n number) String() string {
	switch f := float64(n); {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	default:
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
}

// shown returns a value of [jsonx.Parse] with its numbers as number.
func shown(v any) any {
	switch v := v.(type) {
	case float64:
		return number(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, member := range v {
			out[k] = shown(member)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = shown(v[i])
		}
		return out
	}
	return v
}
