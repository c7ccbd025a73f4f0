package wandbtest

import (
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// arguments are the arguments of one field, or the members of an input object.
// A missing argument and a null one mean the same: do not change it.
type arguments map[string]any

// argumentsOf evaluates a field's arguments. The GraphQL library panics on a
// literal that does not fit its Go type, such as an integer of 30 digits.
func argumentsOf(f *ast.Field, vars map[string]any) (args arguments, err error) {
	if len(f.Definition.Arguments) == 0 {
		return nil, nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = badRequest("invalid argument of %q: %v", f.Name, p)
		}
	}()
	return f.ArgumentMap(vars), nil
}

// input returns the argument "input" of a mutation.
func (a arguments) input() arguments {
	m, _ := a["input"].(map[string]any)
	return m
}

// text returns a string, or "" for null.
func (a arguments) text(name string) string {
	s, _ := a.optional(name)
	return s
}

func (a arguments) optional(name string) (string, bool) {
	switch v := a[name].(type) {
	case string:
		return v, true
	case int64: // an ID may be written as a number
		return strconv.FormatInt(v, 10), true
	}
	return "", false
}

// change sets the strings that are given, by name.
func (a arguments) change(texts map[string]*string) {
	for name, field := range texts {
		if text, ok := a.optional(name); ok {
			*field = text
		}
	}
}

// texts returns a list of strings, or nil for null. A single string counts as a
// list of one, as GraphQL coerces it.
func (a arguments) texts(name string) []string {
	switch v := a[name].(type) {
	case []string:
		return v
	case string:
		return []string{v}
	case []any:
		out := make([]string, 0, len(v))
		for _, e := range v {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// inputs returns a list of input objects; a single one counts as a list.
func (a arguments) inputs(name string) []arguments {
	switch v := a[name].(type) {
	case []any:
		list := make([]arguments, 0, len(v))
		for _, e := range v {
			if m, ok := e.(map[string]any); ok {
				list = append(list, m)
			}
		}
		return list
	case map[string]any:
		return []arguments{v}
	}
	return nil
}

// number returns a number, and whether there is one.
func (a arguments) number(name string) (float64, bool) {
	switch v := a[name].(type) {
	case int64: // in the document
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// milliseconds returns a Duration, which W&B sends as a number of milliseconds.
func (a arguments) milliseconds(name string) time.Duration {
	n, _ := a.number(name)
	return time.Duration(n * float64(time.Millisecond))
}
