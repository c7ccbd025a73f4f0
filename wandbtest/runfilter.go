package wandbtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strings"
)

// filter decides which runs are listed.
type filter func(doc *runDocument) bool

// parseFilter reads a filter of runs: an object of fields with values or operators, as in
// MongoDB. "" and null match every run.
func parseFilter(text string) (filter, error) {
	everything := func(*runDocument) bool { return true }
	if strings.TrimSpace(text) == "" {
		return everything, nil
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	var raw any
	if err := dec.Decode(&raw); err != nil {
		return nil, badRequest("invalid filters: %v", err)
	}
	if raw == nil {
		return everything, nil
	}
	return filterOf(raw)
}

// filterOf compiles a decoded filter.
func filterOf(raw any) (filter, error) {
	object, ok := raw.(map[string]any)
	if !ok {
		return nil, badRequest("invalid filters: not an object")
	}
	var all []filter
	for _, key := range sortedKeys(object) {
		f, err := clauseOf(key, object[key])
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return allOf(all), nil
}

func allOf(parts []filter) filter {
	return func(d *runDocument) bool {
		return !slices.ContainsFunc(parts, func(f filter) bool { return !f(d) })
	}
}

func anyOf(parts []filter) filter {
	return func(d *runDocument) bool {
		return slices.ContainsFunc(parts, func(f filter) bool { return f(d) })
	}
}

func noneOf(parts []filter) filter {
	some := anyOf(parts)
	return func(d *runDocument) bool { return !some(d) }
}

// clauseOf compiles one member of a filter.
func clauseOf(key string, value any) (filter, error) {
	switch key {
	case "$and", "$or", "$nor":
		list, ok := value.([]any)
		if !ok {
			return nil, badRequest("invalid filters: %s needs a list", key)
		}
		parts := make([]filter, 0, len(list))
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
		return noneOf(parts), nil
	}
	match, err := matcherOf(value)
	if err != nil {
		return nil, err
	}
	return func(d *runDocument) bool { return match(d.value(key)) }, nil
}

// matcher decides about the value of a field, which may be nil.
type matcher func(value any) bool

func matcherOf(raw any) (matcher, error) {
	operators, ok := raw.(map[string]any)
	if !ok {
		return func(v any) bool { return equal(v, raw) }, nil
	}
	var all []matcher
	for _, name := range sortedKeys(operators) {
		m, err := operatorOf(name, operators[name])
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return func(v any) bool {
		return !slices.ContainsFunc(all, func(m matcher) bool { return !m(v) })
	}, nil
}

func operatorOf(name string, want any) (matcher, error) {
	list, isList := want.([]any)
	in := func(v any) bool {
		return slices.ContainsFunc(list, func(one any) bool { return equal(v, one) })
	}
	switch name {
	case "$eq":
		return func(v any) bool { return equal(v, want) }, nil
	case "$ne":
		return func(v any) bool { return !equal(v, want) }, nil
	case "$gt":
		return func(v any) bool { return ordered(v, want, func(c int) bool { return c > 0 }) }, nil
	case "$gte":
		return func(v any) bool { return ordered(v, want, func(c int) bool { return c >= 0 }) }, nil
	case "$lt":
		return func(v any) bool { return ordered(v, want, func(c int) bool { return c < 0 }) }, nil
	case "$lte":
		return func(v any) bool { return ordered(v, want, func(c int) bool { return c <= 0 }) }, nil
	case "$in", "$nin":
		if !isList {
			return nil, badRequest("invalid filters: %s needs a list", name)
		}
		if name == "$nin" {
			return func(v any) bool { return !in(v) }, nil
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
		return func(v any) bool { return !m(v) }, nil
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

// ordered compares two numbers or two texts.
func ordered(v, want any, decide func(c int) bool) bool {
	switch v := v.(type) {
	case float64:
		w, ok := want.(float64)
		return ok && !math.IsNaN(v) && decide(cmp.Compare(v, w))
	case string:
		w, ok := want.(string)
		return ok && decide(cmp.Compare(v, w))
	}
	return false
}
