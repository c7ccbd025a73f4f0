package runconfig

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// same reports whether two JSON texts have the same value. A server returns a config with
// other spaces, another order of keys, and 1e-7 for 1e-07.
func same(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, errX := jsonx.Parse(a)
	y, errY := jsonx.Parse(b)
	return errX == nil && errY == nil && equal(x, y)
}

func equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case int64:
		f, isFloat := b.(float64)
		return a == b || isFloat && float64(a) == f
	case float64:
		i, isInteger := b.(int64)
		return a == b || isInteger && a == float64(i)
	}
	return a == b // string, bool or nil
}
