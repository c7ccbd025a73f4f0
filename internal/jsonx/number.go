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

// maxPlain is the first number that is written with an exponent: 999999, but 1e+06.
const maxPlain = 1e6

// AppendFloat appends f as the official client writes it: in Go's 'g' format with the
// fewest digits that read back as f.
func AppendFloat(dst []byte, f float64, bits int) []byte {
	// Whole numbers are common (epochs, counts) and faster as integers. This also
	// writes -0 as 0, as the official client does.
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

// appendFraction appends a number with a fraction, and at most six digits before it, in
// strconv's 'g' format. strconv writes this format digit by digit and the 'e' format in
// larger pieces, so moving the point of the latter takes half the time. Numbers are most
// of the cost of a row.
func appendFraction(dst []byte, f float64, bits int) []byte {
	first := len(dst)
	dst = strconv.AppendFloat(dst, f, 'e', -1, bits)
	if dst[first] == '-' {
		first++
	}
	// dst ends in d.ddde±dd or de±dd now.
	end := len(dst) - len("e+00")
	exp := int(dst[end+3] - '0')
	switch {
	case dst[end] != 'e' || dst[end+2] != '0':
		return dst // too small to be written without an exponent
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

// maxZeros is the largest negative exponent that is not written: 0.0001, but 1e-05.
const maxZeros = 4

// AppendUint appends u. An integer beyond int64 is written as a float, as in the
// official client, because the server stores it as one.
func AppendUint(dst []byte, u uint64) []byte {
	if u > math.MaxInt64 {
		return AppendFloat(dst, float64(u), 64)
	}
	return strconv.AppendUint(dst, u, 10)
}

// AppendNumber appends a number in text, which must be valid. As in the official
// client, an integer beyond int64 is written as a float, and a float out of range as
// infinite.
func AppendNumber(dst []byte, s string) []byte {
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return append(dst, s...)
	}
	f, _ := strconv.ParseFloat(s, 64) // f is infinite if out of range
	if math.IsInf(f, 0) || !strings.ContainsAny(s, ".eE") {
		return AppendFloat(dst, f, 64)
	}
	return append(dst, s...)
}

// ValidNumber reports whether s is a number by the grammar of JSON.
func ValidNumber(s string) bool {
	digits := []byte(strings.TrimPrefix(s, "-"))
	return skipNumber(digits, 0) == len(digits)
}
