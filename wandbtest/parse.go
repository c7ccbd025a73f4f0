package wandbtest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
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
	want := map[reflect.Kind]string{
		reflect.Struct: "an object", reflect.Slice: "a list", reflect.String: "a string", reflect.Bool: "true or false",
	}[t.Kind()]
	mismatch := func() error {
		return fmt.Errorf("%s: want %s, found %s", cmp.Or(path, "the file"), want, jsonKind(v))
	}
	switch t.Kind() {
	case reflect.Struct:
		object, ok := v.(map[string]any)
		if !ok {
			return mismatch()
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			at := strings.TrimPrefix(path+"."+name, ".")
			field, ok := fieldByTag(t, name)
			if !ok {
				return fmt.Errorf("%s: unknown field", at)
			}
			if err := checkShape(object[name], field, at); err != nil {
				return err
			}
		}
	case reflect.Slice:
		list, ok := v.([]any)
		if !ok {
			return mismatch()
		}
		for i, element := range list {
			if err := checkShape(element, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case reflect.String:
		if _, ok := v.(string); !ok {
			return mismatch()
		}
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			return mismatch()
		}
	}
	return nil
}

func jsonKind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case float64:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "a list"
	}
	return "an object"
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

// Validate returns all contradictions in the world, joined. Every error names its path,
// such as `teams[0].members[1].username`.
func (w World) Validate() error {
	v := newValidation(w)
	for i, u := range w.Users {
		v.user(fmt.Sprintf("users[%d]", i), u)
	}
	for i, o := range w.Organizations {
		v.organization(fmt.Sprintf("organizations[%d]", i), o)
	}
	for i, t := range w.Teams {
		v.team(fmt.Sprintf("teams[%d]", i), t)
	}
	for i, p := range w.Projects {
		v.project(fmt.Sprintf("projects[%d]", i), p)
	}
	return errors.Join(v.errs...)
}
