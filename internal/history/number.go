package history

import (
	"math"
	"strconv"
	"time"
)

// Number returns the number that the history shows for a value of a [Row]. It
// reports false for everything else, including booleans and numbers in text.
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
	case Encoded:
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
		// The server also turns a number out of range into infinity.
		return f, err == nil || math.IsInf(f, 0)
	}
	return 0, false
}
