package media

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// jsonStyle is how the official client writes a file, so that the same table has the same
// bytes and hash.
type jsonStyle struct {
	comma, colon string
	// ascii: other characters are escaped.
	ascii bool
	// minPoint is the least position of the decimal point of a number without exponent.
	minPoint int
	// longExponent: an exponent has two digits at least.
	longExponent bool
	// time writes a time; nan is how NaN is written.
	time func([]byte, time.Time) []byte
	nan  string
}

// Styles of the two files that a table has.
var (
	runStyle = jsonStyle{
		comma: ",", colon: ":", minPoint: -4, nan: "NaN",
		time: func(dst []byte, t time.Time) []byte {
			dst = append(dst, '"')
			layout := "2006-01-02T15:04:05Z07:00"
			if t.Nanosecond() >= 1000 {
				layout = "2006-01-02T15:04:05.000000Z07:00"
			}
			return append(t.AppendFormat(dst, layout), '"')
		},
	}
	artifactStyle = jsonStyle{
		comma: ", ", colon: ": ", ascii: true, minPoint: -3, longExponent: true, nan: "null",
		time: func(dst []byte, t time.Time) []byte { return strconv.AppendInt(dst, t.UnixMilli(), 10) },
	}
)

// append appends a cell or an object of these. What a file of another kind has in place of
// media is up to the caller.
func (s *jsonStyle) append(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case string:
		return s.text(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case uint64:
		return strconv.AppendUint(dst, v, 10)
	case float64:
		return s.float(dst, v)
	case time.Time:
		return s.time(dst, v)
	case []any:
		dst = append(dst, '[')
		for i, below := range v {
			if i > 0 {
				dst = append(dst, s.comma...)
			}
			dst = s.append(dst, below)
		}
		return append(dst, ']')
	case map[string]any:
		dst = append(dst, '{')
		for i, key := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				dst = append(dst, s.comma...)
			}
			dst = append(s.text(dst, key), s.colon...)
			dst = s.append(dst, v[key])
		}
		return append(dst, '}')
	case cellMedia:
		return s.text(dst, v.class())
	}
	return append(dst, "null"...) // cells are of no other type
}

// float appends a number with the shortest digits.
func (s *jsonStyle) float(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, s.nan...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case f == 0:
		if math.Signbit(f) {
			return append(dst, "-0.0"...)
		}
		return append(dst, "0.0"...)
	}
	exponent := math.Floor(math.Log10(math.Abs(f))) // may be one off near powers of ten
	if exponent > -3 && exponent < 14 {
		return withPoint(strconv.AppendFloat(dst, f, 'f', -1, 64), len(dst))
	}
	begin := len(dst)
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	at := begin + slices.Index(dst[begin:], 'e')
	e, _ := strconv.Atoi(string(dst[at+1:])) // written by strconv
	if point := e + 1; point >= s.minPoint && point <= 16 {
		return withPoint(strconv.AppendFloat(dst[:begin], f, 'f', -1, 64), begin)
	}
	if !s.longExponent {
		dst = dst[:at+1]
		if e > 0 {
			dst = append(dst, '+')
		}
		dst = strconv.AppendInt(dst, int64(e), 10)
	}
	return dst
}

// withPoint adds .0 to a number at dst[begin:] that looks like an integer.
func withPoint(dst []byte, begin int) []byte {
	if slices.Contains(dst[begin:], '.') {
		return dst
	}
	return append(dst, ".0"...)
}

// text appends a string. Bytes that are not UTF-8 become U+FFFD.
func (s *jsonStyle) text(dst []byte, text string) []byte {
	if s.ascii {
		return jsonx.AppendASCII(dst, text)
	}
	return jsonx.AppendString(dst, text)
}
