package jsonx

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// ErrSyntax is the error of a text that is not extended JSON.
var ErrSyntax = errors.New("not JSON")

// ParseObject reads an object. The values have the types that encoding/json uses,
// with two exceptions: an integer is an int64 if it fits, and a number out of range
// is infinite. The result does not share memory with text.
func ParseObject(text []byte) (map[string]any, error) {
	v, err := Parse(text)
	if err != nil {
		return nil, err
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%w: not an object", ErrSyntax)
	}
	return object, nil
}

// Member returns the value with a dotted name in nested objects, whose keys may have dots themselves.
func Member(object map[string]any, name string) (value any, ok bool) {
	if value, ok = object[name]; ok {
		return value, true
	}
	for i := range len(name) {
		if inner, nested := object[name[:i]].(map[string]any); nested && name[i] == '.' {
			if value, ok = Member(inner, name[i+1:]); ok {
				return value, true
			}
		}
	}
	return nil, false
}

// Parse reads a value; see [ParseObject] for the types of the result.
func Parse(text []byte) (any, error) {
	v, end := parse(text, SkipSpace(text, 0), 0)
	if end < 0 || SkipSpace(text, end) < len(text) {
		return nil, ErrSyntax
	}
	return v, nil
}

// parse returns the value at b[i], which is inside depth others, and the index after
// it, or -1.
func parse(b []byte, i, depth int) (v any, end int) {
	if i >= len(b) || depth > MaxDepth {
		return nil, -1
	}
	switch b[i] {
	case '{':
		object := map[string]any{}
		end = EachMember(b, i, func(key, keyEnd, at int) (next int) {
			object[unquote(b[key:keyEnd])], next = parse(b, at, depth+1)
			return next
		})
		return object, end
	case '[':
		list := []any{}
		end = EachElement(b, i, func(at int) int {
			v, next := parse(b, at, depth+1)
			list = append(list, v)
			return next
		})
		return list, end
	}
	if end = Skip(b, i, depth); end < 0 {
		return nil, -1
	}
	return scalar(b[i:end]), end
}

// unquote returns the text of a valid string. Each byte that is not UTF-8 becomes
// U+FFFD, as in encoding/json.
func unquote(b []byte) string {
	text, _, _ := Unquote(nil, b)
	if !utf8.Valid(text) {
		return string([]rune(string(text)))
	}
	return string(text)
}

// scalar returns the value of a valid text that is neither an object nor a list.
func scalar(b []byte) any {
	switch b[0] {
	case '"':
		return unquote(b)
	case 'n':
		return nil
	case 't', 'f':
		return b[0] == 't'
	case 'N':
		return math.NaN()
	}
	if isInteger(b) { // an attempt to read a fraction as an integer would allocate
		if i, err := strconv.ParseInt(string(b), 10, 64); err == nil {
			return i
		}
	}
	f, _ := strconv.ParseFloat(string(b), 64) // infinite if it is too large, and for Infinity
	return f
}

// isInteger reports whether a valid number has neither a fraction nor an exponent.
func isInteger(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 && c != '-' {
			return false
		}
	}
	return true
}
