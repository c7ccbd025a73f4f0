package main

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// cellText is a value in a table: fractions in at most six digits, and lists and objects in JSON.
func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 { // such as a number of samples
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return strconv.FormatFloat(v, 'g', 6, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	}
	text, err := json.Marshal(v)
	if err != nil { // of a NaN within
		return "…"
	}
	return string(jsonx.NullNonFinite(text))
}

func sortedKeys[V any](object map[string]V) []string { return slices.Sorted(maps.Keys(object)) }
