package wandbtest

import (
	"cmp"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strings"
)

// parseFilter reads a filter of runs: an object of fields with values or operators, as in
// MongoDB. "" and null match every run.
func parseFilter(text string) (any, error) {
	var filter any
	if err := json.Unmarshal([]byte(cmp.Or(strings.TrimSpace(text), "{}")), &filter); err != nil {
		return nil, badRequest("invalid filters: %v", err)
	}
	if filter == nil {
		filter = map[string]any{}
	}
	_, err := (&runDocument{run: &run{}}).matches(filter) // also if there are no runs
	return filter, err
}

// matches reports whether the run matches a filter.
func (d *runDocument) matches(filter any) (bool, error) {
	object, ok := filter.(map[string]any)
	if !ok {
		return false, badRequest("invalid filters: not an object")
	}
	return matchesAll(object, d.matchesClause)
}

// matchesAll reports whether all members of an object match. It also evaluates those that no
// longer count, because they may be invalid.
func matchesAll(object map[string]any, match func(key string, value any) (bool, error)) (bool, error) {
	all := true
	for _, key := range sortedKeys(object) {
		ok, err := match(key, object[key])
		if err != nil {
			return false, err
		}
		all = all && ok
	}
	return all, nil
}

// matchesClause evaluates one member of a filter.
func (d *runDocument) matchesClause(key string, value any) (bool, error) {
	if key != "$and" && key != "$or" && key != "$nor" {
		return matchesValue(d.value(key), value)
	}
	list, ok := value.([]any)
	if !ok {
		return false, badRequest("invalid filters: %s needs a list", key)
	}
	matching := 0
	for _, filter := range list {
		ok, err := d.matches(filter)
		if err != nil {
			return false, err
		}
		if ok {
			matching++
		}
	}
	switch key {
	case "$and":
		return matching == len(list), nil
	case "$or":
		return matching > 0, nil
	}
	return matching == 0, nil
}

// matchesValue compares the value of a field, which may be nil, with a value or with operators.
func matchesValue(v, want any) (bool, error) {
	if operators, ok := want.(map[string]any); ok {
		return matchesAll(operators, func(name string, want any) (bool, error) { return matchesOperator(v, name, want) })
	}
	return equal(v, want), nil
}

// orders are the operators that compare, by what they say of a comparison's result.
var orders = map[string]func(c int) bool{
	"$gt":  func(c int) bool { return c > 0 },
	"$gte": func(c int) bool { return c >= 0 },
	"$lt":  func(c int) bool { return c < 0 },
	"$lte": func(c int) bool { return c <= 0 },
}

func matchesOperator(v any, name string, want any) (bool, error) {
	switch name {
	case "$eq":
		return equal(v, want), nil
	case "$ne":
		return !equal(v, want), nil
	case "$gt", "$gte", "$lt", "$lte":
		number, _ := v.(float64)
		c, ok := compareValues(v, want)
		return ok && !math.IsNaN(number) && orders[name](c), nil
	case "$in", "$nin":
		list, ok := want.([]any)
		if !ok {
			return false, badRequest("invalid filters: %s needs a list", name)
		}
		in := slices.ContainsFunc(list, func(one any) bool { return equal(v, one) })
		return in == (name == "$in"), nil
	case "$exists":
		wanted, _ := want.(bool)
		return (v != nil) == wanted, nil
	case "$not":
		ok, err := matchesValue(v, want)
		return !ok, err
	case "$regex":
		text, _ := want.(string)
		re, err := regexp.Compile(text)
		if err != nil {
			return false, badRequest("invalid filters: %v", err)
		}
		s, ok := v.(string)
		return ok && re.MatchString(s), nil
	}
	return false, badRequest("invalid filters: unknown operator %q", name)
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
