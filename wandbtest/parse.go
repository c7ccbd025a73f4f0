package wandbtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// ParseWorld reads a world from JSON and validates it. Errors are an unknown field, a wrong
// type, and a name that does not exist. They name the path, such as
// `teams[0].members[1].username`.
func ParseWorld(data []byte) (World, error) {
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		return World{}, fmt.Errorf("parse world: %w", err)
	}
	if err := checkShape(tree, reflect.TypeFor[World](), ""); err != nil {
		return World{}, fmt.Errorf("parse world: %w", err)
	}
	var w World
	if err := json.Unmarshal(data, &w); err != nil {
		return World{}, fmt.Errorf("parse world: %w", err)
	}
	if err := w.Validate(); err != nil {
		return World{}, fmt.Errorf("parse world: %w", err)
	}
	return w, nil
}

// checkShape compares decoded JSON with a Go type. The JSON package can refuse unknown
// fields as well, but does not say where they are.
func checkShape(v any, t reflect.Type, path string) error {
	if t.Kind() == reflect.Pointer {
		if v == nil {
			return nil
		}
		t = t.Elem()
	}
	kind, found := shapeOf(v)
	if kind != t.Kind() {
		return fmt.Errorf("%s: want %s, found %s", cmp.Or(path, "the file"), shapes[t.Kind()], found)
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range sortedKeys(v) {
			at := strings.TrimPrefix(path+"."+name, ".")
			field, ok := fieldByTag(t, name)
			if !ok {
				return fmt.Errorf("%s: unknown field", at)
			}
			if err := checkShape(v[name], field, at); err != nil {
				return err
			}
		}
	case []any:
		for i, element := range v {
			if err := checkShape(element, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// shapes are the kinds of values in a world, as errors name them.
var shapes = map[reflect.Kind]string{
	reflect.Struct: "an object", reflect.Slice: "a list", reflect.String: "a string", reflect.Bool: "true or false",
}

// shapeOf returns the kind of Go values that decoded JSON is for, and what it is.
func shapeOf(v any) (kind reflect.Kind, found string) {
	switch v.(type) {
	case nil:
		return reflect.Invalid, "null"
	case bool:
		return reflect.Bool, "a boolean"
	case float64:
		return reflect.Float64, "a number"
	case string:
		return reflect.String, "a string"
	case []any:
		return reflect.Slice, "a list"
	}
	return reflect.Struct, "an object"
}

func fieldByTag(t reflect.Type, name string) (reflect.Type, bool) {
	for field := range t.Fields() {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tag == name {
			return field.Type, true
		}
	}
	return nil, false
}
