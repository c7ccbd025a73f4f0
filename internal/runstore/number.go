package runstore

import (
	"math"
	"strconv"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// pow10 are the powers of ten that a float64 holds exactly.
var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// parseNumber reads a number of extended JSON, or a truth value as 0 or 1. It reports false
// for any other text.
func parseNumber(b []byte) (float64, bool) {
	if f, ok := shortNumber(b); ok {
		return f, true
	}
	switch string(b) {
	case "true":
		return 1, true
	case "false":
		return 0, true
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	if len(b) == 0 || b[0] != '-' && (b[0] < '0' || b[0] > '9') || jsonx.Skip(b, 0, 0) != len(b) {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

// shortNumber reads a decimal whose digits fit the 53 bits of a float64. Only then is the
// result of one multiplication or division exact. It is twice as fast as strconv, which
// would also need a string.
func shortNumber(b []byte) (float64, bool) {
	i := 0
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		i = 1
	}
	start := i
	var digits uint64
	for ; i < len(b) && b[i]-'0' <= 9 && i < start+18; i++ {
		digits = digits*10 + uint64(b[i]-'0')
	}
	if i == start {
		return 0, false
	}
	exp := 0
	if i < len(b) && b[i] == '.' {
		i++
		for ; i < len(b) && b[i]-'0' <= 9 && i < start+19; i++ {
			digits = digits*10 + uint64(b[i]-'0')
			exp--
		}
	}
	if i != len(b) || digits > 1<<53 || -exp >= len(pow10) {
		return 0, false
	}
	f := float64(digits) / pow10[-exp]
	if negative {
		f = -f
	}
	return f, true
}
