package metric

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/history"
)

// Freezer takes values of rows in the form in which they can be kept. The zero
// Freezer is ready to use. It is not safe for concurrent use.
type Freezer struct{ enc history.Encoder }

// Freeze gives v in a form that its owner cannot change later and that is easy
// to look into: nil for what is written as null, plain numbers, strings and
// booleans as they are, a map[string]any, as [ParseObject] gives it, for
// everything that is written as an object with entries, and [history.Encoded] for
// the rest. It reports false for what cannot be written. A map[string]any comes
// back as it is, for the caller to walk.
func (f *Freezer) Freeze(v any) (any, bool) {
	switch v := v.(type) {
	case nil, float64, int, string, bool, float32, int64, int32, uint64, uint32, int16, int8, uint, uint16, uint8,
		time.Duration, map[string]any:
		return v, true
	}
	text, ok := v.(history.Encoded)
	if !ok || len(text) == 0 {
		if text, ok = f.Encode(v); !ok {
			return nil, false
		}
	}
	switch text[0] {
	case 'n':
		return nil, true
	case '{':
		if object, err := ParseObject(text); err == nil && len(object) > 0 { // no error: the encoder wrote it
			return object, true
		}
	}
	return text, true
}

// Encode writes v down. It reports false if nothing of v can be written.
func (f *Freezer) Encode(v any) (history.Encoded, bool) {
	// Where only parts of v cannot be written, the rest counts, as in the row.
	text, _ := f.enc.AppendValue(nil, v)
	return text, len(text) > 0
}

// Number gives the number that the history shows for a frozen value. It reports
// false for everything else, booleans and numbers in text among it.
func Number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case float32:
		// The history shows 0.1 for float32(0.1), and so does the summary.
		f, err := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
		return f, err == nil
	case int64:
		return float64(v), true
	case int32:
		return float64(v), true
	case int16:
		return float64(v), true
	case int8:
		return float64(v), true
	case uint:
		return float64(v), true
	case uint64:
		return float64(v), true
	case uint32:
		return float64(v), true
	case uint16:
		return float64(v), true
	case uint8:
		return float64(v), true
	case time.Duration:
		return v.Seconds(), true
	case history.Encoded:
		return encodedNumber(v)
	}
	return 0, false
}

func encodedNumber(text []byte) (float64, bool) {
	if len(text) == 0 {
		return 0, false
	}
	switch c := text[0]; {
	case c == 'N':
		return math.NaN(), string(text) == "NaN"
	case c == 'I' || c == '-' || '0' <= c && c <= '9':
		f, err := strconv.ParseFloat(string(text), 64)
		// Out of range is infinity, which is what the server makes of it.
		return f, err == nil || math.IsInf(f, 0)
	}
	return 0, false
}

// Decode gives a frozen value as ParseObject gives the values in an object.
func Decode(v any) any {
	text, ok := v.(history.Encoded)
	if !ok {
		return v
	}
	out, err := parse(text)
	if err != nil {
		return json.RawMessage(text) // cannot be: the encoder wrote it
	}
	return out
}
