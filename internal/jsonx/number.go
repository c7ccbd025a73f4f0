package jsonx

import (
	"math"
	"strconv"
	"strings"
)

// The tokens of extended JSON.
const (
	tokenNaN    = "NaN"
	tokenInf    = "Infinity"
	tokenNegInf = "-Infinity"
)

// maxPlain is where the shortest form turns to an exponent: 999999, but 1e+06.
const maxPlain = 1e6

// AppendFloat writes f in the form the official client uses, which is Go's 'g'
// format with the fewest digits that read back as f.
func AppendFloat(dst []byte, f float64, bits int) []byte {
	// Whole numbers are common (epochs, counts) and cheaper as integers. This
	// also writes -0 as 0, as the official client does.
	if f > -maxPlain && f < maxPlain {
		if i := int64(f); float64(i) == f {
			return strconv.AppendInt(dst, i, 10)
		}
		return appendFraction(dst, f, bits)
	}
	switch {
	case f != f:
		return append(dst, tokenNaN...)
	case f > math.MaxFloat64:
		return append(dst, tokenInf...)
	case f < -math.MaxFloat64:
		return append(dst, tokenNegInf...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, bits)
}

// appendFraction is strconv's 'g' format for a number with a fraction and no more
// than six digits before it. strconv writes that form digit by digit, and the one
// with an exponent in whole pieces: moving the point in the latter takes half the
// time, and most of what a row costs is its numbers.
func appendFraction(dst []byte, f float64, bits int) []byte {
	first := len(dst)
	dst = strconv.AppendFloat(dst, f, 'e', -1, bits)
	if dst[first] == '-' {
		first++
	}
	// What is there now is d.ddde±dd, or de±dd.
	end := len(dst) - len("e+00")
	exp := int(dst[end+3] - '0')
	switch {
	case dst[end] != 'e' || dst[end+2] != '0':
		return dst // a smaller number than those that are written without exponent
	case dst[end+1] == '+':
		copy(dst[first+1:], dst[first+2:first+2+exp])
		dst[first+1+exp] = '.'
		return dst[:end]
	case exp > maxZeros:
		return dst
	}
	var digits [24]byte
	n := 1
	digits[0] = dst[first]
	if end > first+1 {
		n += copy(digits[1:], dst[first+2:end])
	}
	dst = append(dst[:first], "0.000"[:1+exp]...)
	return append(dst, digits[:n]...)
}

// maxZeros is how small a number is written without an exponent: 0.0001, but 1e-05.
const maxZeros = 4

// AppendUint writes u. The server holds integers as int64 and larger ones as
// floats; the official client sends the latter as floats, and so do we.
func AppendUint(dst []byte, u uint64) []byte {
	if u > math.MaxInt64 {
		return AppendFloat(dst, float64(u), 64)
	}
	return strconv.AppendUint(dst, u, 10)
}

// AppendNumber writes a number in text, which is valid. What the server cannot hold
// in its numbers is written as the official client does: integers beyond int64 as
// floats, and floats out of range as infinite.
func AppendNumber(dst []byte, s string) []byte {
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return append(dst, s...)
	}
	f, _ := strconv.ParseFloat(s, 64) // an error is one of range, and f infinite then
	if math.IsInf(f, 0) || !strings.ContainsAny(s, ".eE") {
		return AppendFloat(dst, f, 64)
	}
	return append(dst, s...)
}

// ValidNumber reports whether s is a number by the grammar of JSON.
func ValidNumber(s string) bool {
	s = trimOne(s, '-')
	switch {
	case s == "":
		return false
	case s[0] == '0':
		s = s[1:]
	default:
		var n int
		if s, n = trimDigits(s); n == 0 {
			return false
		}
	}
	if s != "" && s[0] == '.' {
		var n int
		if s, n = trimDigits(s[1:]); n == 0 {
			return false
		}
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		var n int
		if s, n = trimDigits(s); n == 0 {
			return false
		}
	}
	return s == ""
}

func trimOne(s string, c byte) string {
	if s != "" && s[0] == c {
		return s[1:]
	}
	return s
}

func trimDigits(s string) (rest string, n int) {
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return s[n:], n
}
