package wandbtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
)

// object is what resolvers return for a GraphQL object type. fields is called once for each
// object of a response.
type object interface {
	fields(x *execution) fields
}

// fields are the values of an object's fields. A field that takes arguments or needs more work
// is a func(arguments) any, and one that can fail a func(arguments) (any, error).
type fields map[string]any

func (f fields) fields(*execution) fields { return f }

// jsonText is JSON that is copied into the response.
type jsonText string

// execution runs one operation of a valid document. It writes the response while it runs;
// if a null spreads to a parent, the parent's output so far is removed.
type execution struct {
	server *Server
	caller caller
	header http.Header
	schema *ast.Schema
	vars   map[string]any
	// refused names the field ("Entity.members") that a fault refuses, or "".
	refused string

	path   ast.Path // of the field that is resolved
	out    bytes.Buffer
	errs   gqlerror.List
	status int
}

// run executes the operation on the root object and writes the value of "data".
func (x *execution) run(def *ast.Definition, op *ast.OperationDefinition, root fields) {
	if !x.object(def, root, op.SelectionSet) {
		x.out.Reset()
		x.out.WriteString("null")
	}
}

// collect flattens a selection set. Fields with the same key are merged. Each fragment is used
// once. Otherwise a few fragments that spread each other twice would keep the server busy forever.
func (x *execution) collect(into []*ast.Field, def *ast.Definition, set ast.SelectionSet, spread map[string]bool) []*ast.Field {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			i := slices.IndexFunc(into, func(f *ast.Field) bool { return f.Alias == sel.Alias })
			switch {
			case !x.included(sel.Directives):
			case i < 0:
				into = append(into, sel)
			default:
				merged := *into[i]
				merged.SelectionSet = slices.Concat(merged.SelectionSet, sel.SelectionSet)
				into[i] = &merged
			}
		case *ast.InlineFragment:
			if x.included(sel.Directives) && (sel.TypeCondition == "" || x.applies(sel.TypeCondition, def)) {
				into = x.collect(into, def, sel.SelectionSet, spread)
			}
		case *ast.FragmentSpread:
			if !spread[sel.Name] && x.included(sel.Directives) && x.applies(sel.Definition.TypeCondition, def) {
				spread[sel.Name] = true
				into = x.collect(into, def, sel.Definition.SelectionSet, spread)
			}
		}
	}
	return into
}

// applies reports whether a fragment on a type is for objects of the type def.
func (x *execution) applies(condition string, def *ast.Definition) bool {
	return condition == def.Name || slices.Contains(x.schema.PossibleTypes[condition], def)
}

// included evaluates @skip and @include.
func (x *execution) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if on, ok := d.ArgumentMap(x.vars)["if"].(bool); ok && on == (d.Name == "skip") {
			return false
		}
	}
	return true
}

// object writes an object, or returns false if it is null because a field that
// must not be null is.
func (x *execution) object(def *ast.Definition, obj object, set ast.SelectionSet) bool {
	values := obj.fields(x)
	x.out.WriteByte('{')
	for i, f := range x.collect(nil, def, set, map[string]bool{}) {
		if i > 0 {
			x.out.WriteByte(',')
		}
		x.text(f.Alias)
		x.out.WriteByte(':')
		if f.Name == "__typename" {
			x.text(def.Name)
			continue
		}
		x.path = append(x.path, ast.PathName(f.Alias))
		ok := x.field(def, values, f)
		x.path = x.path[:len(x.path)-1]
		if !ok {
			return false
		}
	}
	x.out.WriteByte('}')
	return true
}

// field resolves a field and writes its value; false means that the parent must
// be null.
func (x *execution) field(def *ast.Definition, of fields, f *ast.Field) bool {
	t := f.Definition.Type
	v, err := x.resolve(def, of, f)
	if err != nil {
		x.fail(err)
		if !t.NonNull {
			x.out.WriteString("null")
		}
		return !t.NonNull
	}
	return x.value(t, v, f.SelectionSet)
}

func (x *execution) resolve(def *ast.Definition, of fields, f *ast.Field) (any, error) {
	if x.refused != "" && x.refused == def.Name+"."+f.Name {
		return nil, forbidden
	}
	args, err := argumentsOf(f, x.vars)
	if err != nil {
		return nil, err
	}
	switch v := of[f.Name].(type) {
	case func(arguments) any:
		return v(args), nil
	case func(arguments) (any, error):
		return v(args)
	default:
		return v, nil
	}
}

// fail records a field's error. The first error of a root field decides the status of the
// response. Nested refusals do not change it unless the policy says so.
func (x *execution) fail(err error) {
	why := refusalOf(err)
	shown := &gqlerror.Error{Message: why.message, Path: slices.Clone(x.path)}
	if why.code != "" {
		shown.Extensions = map[string]any{"code": why.code}
	}
	x.errs = append(x.errs, shown)
	if x.status == 0 && len(x.path) == 1 {
		x.status = why.status
	}
}

// value writes v as type t, or returns false if it must not be null and is.
func (x *execution) value(t *ast.Type, v any, set ast.SelectionSet) bool {
	mark := x.out.Len()
	if x.inner(t, v, set) {
		return true
	}
	if x.out.Truncate(mark); t.NonNull {
		return false
	}
	x.out.WriteString("null")
	return true
}

func (x *execution) inner(t *ast.Type, v any, set ast.SelectionSet) bool {
	if isNil(v) {
		if t.NonNull {
			x.fail(refusal{http.StatusInternalServerError, "Cannot return null for non-nullable field.", ""})
		}
		return false
	}
	if t.Elem != nil {
		return x.list(t.Elem, v, set)
	}
	if obj, ok := v.(object); ok {
		def := x.schema.Types[t.NamedType]
		if one, ok := obj.(interface{ typeName() string }); ok && def.IsAbstractType() {
			def = x.schema.Types[one.typeName()]
		}
		return x.object(def, obj, set)
	}
	x.leaf(v)
	return true
}

// isNil reports whether v is null: nil, or a nil pointer.
func isNil(v any) bool {
	r := reflect.ValueOf(v)
	return !r.IsValid() || r.Kind() == reflect.Pointer && r.IsNil()
}

// list writes a slice. A nil one is an empty list.
func (x *execution) list(elem *ast.Type, v any, set ast.SelectionSet) bool {
	x.out.WriteByte('[')
	for i, list := 0, reflect.ValueOf(v); i < list.Len(); i++ {
		if i > 0 {
			x.out.WriteByte(',')
		}
		x.path = append(x.path, ast.PathIndex(i))
		ok := x.value(elem, list.Index(i).Interface(), set)
		x.path = x.path[:len(x.path)-1]
		if !ok {
			return false
		}
	}
	x.out.WriteByte(']')
	return true
}

func (x *execution) text(s string) {
	x.out.Write(jsontext.AppendQuoted(x.out.AvailableBuffer(), s))
}

func (x *execution) leaf(v any) {
	switch v := v.(type) {
	case jsonText:
		x.out.WriteString(string(v))
	case bool, int, *int:
		text, _ := json.Marshal(v) // none of these fails
		x.out.Write(text)
	case time.Time:
		x.text(v.UTC().Format(timeLayout))
	default:
		x.text(fmt.Sprint(v))
	}
}
