package configfile

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The scalars without quotes that are not text to PyYAML.
var (
	null    = regexp.MustCompile(`^(?:~|null|Null|NULL|)$`)
	boolean = regexp.MustCompile(`^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$`)
	integer = regexp.MustCompile(`^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*(?::[0-5]?[0-9])*)$`)
	float   = regexp.MustCompile(`^(?:[-+]?[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+][0-9]+)?|(?::[0-5]?[0-9])+\.[0-9_]*)|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`)
)

// scalar returns the value of a scalar.
func scalar(n *yaml.Node) (any, error) {
	tag := ""
	if n.Style&yaml.TaggedStyle != 0 {
		tag = n.ShortTag()
	} else if n.Style != 0 { // quotes, | or >
		tag = "!!str"
	}
	var v any
	var ok bool
	switch tag {
	case "":
		return plain(n.Value), nil
	case "!!str", "!!timestamp":
		return n.Value, nil
	case "!!null":
		return nil, nil
	case "!!bool":
		v, ok = plain(n.Value).(bool)
	case "!!int":
		v, ok = parseInteger(n.Value)
	case "!!float":
		v, ok = parseFloat(n.Value)
	default:
		return nil, fail(n, "has a tag that is not supported")
	}
	if !ok {
		return nil, fail(n, "has a tag that does not fit its value")
	}
	return v, nil
}

// plain returns the value of a scalar that has neither quotes nor a tag.
func plain(s string) any {
	switch {
	case s != "" && strings.IndexByte("~nNyYtTfFoO+-.0123456789", s[0]) < 0: // most text
		return s
	case null.MatchString(s):
		return nil
	case boolean.MatchString(s):
		switch strings.ToLower(s) {
		case "yes", "true", "on":
			return true
		}
		return false
	case integer.MatchString(s):
		if v, ok := parseInteger(s); ok {
			return v
		}
	case float.MatchString(s):
		if v, ok := parseFloat(s); ok {
			return v
		}
	}
	return s
}

// parseInteger reads an integer: an int64, or a float64 if it does not fit.
func parseInteger(s string) (any, bool) {
	digits, negative := sign(s)
	base := 10
	switch {
	case strings.Contains(digits, ":"):
		f, ok := sexagesimal(digits)
		if negative {
			f = -f
		}
		return int64(f), ok && math.Abs(f) < 1<<53
	case strings.HasPrefix(digits, "0b"):
		digits, base = digits[2:], 2
	case strings.HasPrefix(digits, "0x"):
		digits, base = digits[2:], 16
	case len(digits) > 1 && digits[0] == '0':
		digits, base = digits[1:], 8
	}
	i, ok := new(big.Int).SetString(digits, base)
	if !ok {
		return nil, false
	}
	if negative {
		i.Neg(i)
	}
	if i.IsInt64() {
		return i.Int64(), true
	}
	f, _ := new(big.Float).SetInt(i).Float64()
	return f, true
}

// parseFloat reads a number. Out of range it is infinite.
func parseFloat(s string) (any, bool) {
	digits, negative := sign(s)
	var f float64
	switch strings.ToLower(digits) {
	case ".inf":
		f = math.Inf(1)
	case ".nan":
		f = math.NaN()
	default:
		if strings.Contains(digits, ":") {
			var ok bool
			if f, ok = sexagesimal(digits); !ok {
				return nil, false
			}
			break
		}
		var err error
		if f, err = strconv.ParseFloat(digits, 64); err != nil && !math.IsInf(f, 0) {
			return nil, false
		}
	}
	if negative {
		f = -f
	}
	return f, true
}

// sign removes the sign and the underscores of a number.
func sign(s string) (digits string, negative bool) {
	digits = strings.ReplaceAll(s, "_", "")
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		return digits[1:], digits[0] == '-'
	}
	return digits, false
}

// sexagesimal reads a number such as 1:30, of which each part is sixty of the next.
func sexagesimal(s string) (float64, bool) {
	sum := 0.0
	for part := range strings.SplitSeq(s, ":") {
		f, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return 0, false
		}
		sum = 60*sum + f
	}
	return sum, true
}
