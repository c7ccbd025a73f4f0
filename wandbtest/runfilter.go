package wandbtest

import (
	"cmp"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strings"
)

// filter decides about runs, or about the value of a field, which may be nil.
type filter[T any] func(T) bool

// parseFilter reads a filter of runs: an object of fields with values or operators, as in
// MongoDB. "" and null match every run.
func parseFilter(text string) (filter[*runDocument], error) {
	var raw any
	if err := json.Unmarshal([]byte(cmp.Or(strings.TrimSpace(text), "{}")), &raw); err != nil {
		return nil, badRequest("invalid filters: %v", err)
	}
	if raw == nil {
		raw = map[string]any{}
	}
	return filterOf(raw)
}

// filterOf compiles a decoded filter.
func filterOf(raw any) (filter[*runDocument], error) {
	object, ok := raw.(map[string]any)
	if !ok {
		return nil, badRequest("invalid filters: not an object")
	}
	return compileAll(object, clauseOf)
}

// compileAll compiles the members of an object, all of which must match.
func compileAll[T any](object map[string]any, compile func(key string, value any) (filter[T], error)) (filter[T], error) {
	var all []filter[T]
	for _, key := range sortedKeys(object) {
		f, err := compile(key, object[key])
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return allOf(all), nil
}

func allOf[T any](parts []filter[T]) filter[T] {
	return func(v T) bool {
		return !slices.ContainsFunc(parts, func(f filter[T]) bool { return !f(v) })
	}
}

func anyOf[T any](parts []filter[T]) filter[T] {
	return func(v T) bool {
		return slices.ContainsFunc(parts, func(f filter[T]) bool { return f(v) })
	}
}

func not[T any](f filter[T]) filter[T] { return func(v T) bool { return !f(v) } }

// clauseOf compiles one member of a filter.
func clauseOf(key string, value any) (filter[*runDocument], error) {
	switch key {
	case "$and", "$or", "$nor":
		list, ok := value.([]any)
		if !ok {
			return nil, badRequest("invalid filters: %s needs a list", key)
		}
		parts := make([]filter[*runDocument], 0, len(list))
		for _, raw := range list {
			f, err := filterOf(raw)
			if err != nil {
				return nil, err
			}
			parts = append(parts, f)
		}
		switch key {
		case "$and":
			return allOf(parts), nil
		case "$or":
			return anyOf(parts), nil
		}
		return not(anyOf(parts)), nil
	}
	match, err := matcherOf(value)
	if err != nil {
		return nil, err
	}
	return func(d *runDocument) bool { return match(d.value(key)) }, nil
}

func matcherOf(raw any) (filter[any], error) {
	if operators, ok := raw.(map[string]any); ok {
		return compileAll(operators, operatorOf)
	}
	return func(v any) bool { return equal(v, raw) }, nil
}

// orders are the operators that compare, by what they say of a comparison's result.
var orders = map[string]func(c int) bool{
	"$gt":  func(c int) bool { return c > 0 },
	"$gte": func(c int) bool { return c >= 0 },
	"$lt":  func(c int) bool { return c < 0 },
	"$lte": func(c int) bool { return c <= 0 },
}

func operatorOf(name string, want any) (filter[any], error) {
	switch name {
	case "$eq":
		return func(v any) bool { return equal(v, want) }, nil
	case "$ne":
		return func(v any) bool { return !equal(v, want) }, nil
	case "$gt", "$gte", "$lt", "$lte":
		return func(v any) bool {
			number, _ := v.(float64)
			c, ok := compareValues(v, want)
			return ok && !math.IsNaN(number) && orders[name](c)
		}, nil
	case "$in", "$nin":
		list, ok := want.([]any)
		if !ok {
			return nil, badRequest("invalid filters: %s needs a list", name)
		}
		in := filter[any](func(v any) bool {
			return slices.ContainsFunc(list, func(one any) bool { return equal(v, one) })
		})
		if name == "$nin" {
			return not(in), nil
		}
		return in, nil
	case "$exists":
		wanted, _ := want.(bool)
		return func(v any) bool { return (v != nil) == wanted }, nil
	case "$not":
		m, err := matcherOf(want)
		if err != nil {
			return nil, err
		}
		return not(m), nil
	case "$regex":
		text, _ := want.(string)
		re, err := regexp.Compile(text)
		if err != nil {
			return nil, badRequest("invalid filters: %v", err)
		}
		return func(v any) bool {
			s, ok := v.(string)
			return ok && re.MatchString(s)
		}, nil
	}
	return nil, badRequest("invalid filters: unknown operator %q", name)
}

// equal compares as MongoDB does: a list equals each of its elements.
func equal(v, want any) bool {
	switch v := v.(type) {
	case nil:
		return want == nil
	case []string:
		s, ok := want.(string)
		return ok && slices.Contains(v, s)
	case string, bool, float64:
		return v == want
	case []any:
		return slices.ContainsFunc(v, func(one any) bool { return equal(one, want) })
	}
	return false
}

// compareValues compares two numbers or two texts; ok is false for others.
func compareValues(a, b any) (c int, ok bool) {
	switch a := a.(type) {
	case float64:
		if b, ok := b.(float64); ok {
			return cmp.Compare(a, b), true
		}
	case string:
		if b, ok := b.(string); ok {
			return cmp.Compare(a, b), true
		}
	}
	return 0, false
}
