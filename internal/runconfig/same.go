package runconfig

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// same reports whether two JSON texts have the same value. A server returns a config with
// other spaces, another order of keys, and 1e-7 for 1e-07.
func same(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, okX := decode(a)
	y, okY := decode(b)
	return okX && okY && equal(x, y)
}

func decode(raw json.RawMessage) (any, bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	return v, d.Decode(&v) == nil
}

func equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case json.Number:
		b, ok := b.(json.Number)
		return ok && equalNumbers(a, b)
	}
	return a == b // string, bool or nil
}

// equalNumbers compares integers by their digits, because two large ones may be the same
// float, and other numbers as floats.
func equalNumbers(a, b json.Number) bool {
	if a == b {
		return true
	}
	if isInteger(a) && isInteger(b) {
		return false
	}
	x, errX := a.Float64()
	y, errY := b.Float64()
	return errX == nil && errY == nil && x == y
}

// isInteger reports whether a number is written as an integer, of which each has one form.
func isInteger(n json.Number) bool { return n != "-0" && !strings.ContainsAny(n.String(), ".eE") }
