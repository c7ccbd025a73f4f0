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

// jsonNumber is a number that JSON can express (the Float scalar).
type jsonNumber float64

// jsonText is JSON that is copied into the response (the JSON scalar).
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

	out    bytes.Buffer
	errs   gqlerror.List
	status int
}

// pathNode is the path to a field. It is a linked list, because it is needed only if
// something fails.
type pathNode struct {
	parent *pathNode
	key    ast.PathElement
}

func (p *pathNode) slice() ast.Path {
	if p == nil {
		return nil
	}
	return append(p.parent.slice(), p.key)
}

// run executes the operation on the root object and writes the value of "data".
func (x *execution) run(op *ast.OperationDefinition, root object) {
	def := x.schema.Query
	if op.Operation == ast.Mutation {
		def = x.schema.Mutation
	}
	if !x.object(def, root, []ast.SelectionSet{op.SelectionSet}, nil) {
		x.out.Reset()
		x.out.WriteString("null")
	}
}

// collected is a field of the response. Fields with the same key are merged.
type collected struct {
	key   string
	first *ast.Field
	sets  []ast.SelectionSet
}

// collect flattens a selection set. Each fragment is used once. Otherwise a few fragments
// that spread each other twice would keep the server busy forever.
func (x *execution) collect(into []collected, def *ast.Definition, set ast.SelectionSet, spread map[string]bool) []collected {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if !x.included(sel.Directives) {
				continue
			}
			into = merge(into, sel)
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

func merge(into []collected, f *ast.Field) []collected {
	for i := range into {
		if into[i].key == f.Alias {
			into[i].sets = append(into[i].sets, f.SelectionSet)
			return into
		}
	}
	return append(into, collected{key: f.Alias, first: f, sets: []ast.SelectionSet{f.SelectionSet}})
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
func (x *execution) object(def *ast.Definition, obj object, sets []ast.SelectionSet, path *pathNode) bool {
	var fields []collected
	spread := map[string]bool{}
	for _, set := range sets {
		fields = x.collect(fields, def, set, spread)
	}
	values := obj.fields(x)
	x.out.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			x.out.WriteByte(',')
		}
		x.text(f.key)
		x.out.WriteByte(':')
		if f.first.Name == "__typename" {
			x.text(def.Name)
			continue
		}
		if !x.field(def, values, f, &pathNode{path, ast.PathName(f.key)}) {
			return false
		}
	}
	x.out.WriteByte('}')
	return true
}

// field resolves a field and writes its value; false means that the parent must
// be null.
func (x *execution) field(def *ast.Definition, of fields, f collected, path *pathNode) bool {
	t := f.first.Definition.Type
	v, err := x.resolve(def, of, f.first)
	if err != nil {
		x.fail(err, path)
		if !t.NonNull {
			x.out.WriteString("null")
		}
		return !t.NonNull
	}
	return x.value(t, v, f.sets, path)
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
func (x *execution) fail(err error, path *pathNode) {
	why := refusalOf(err)
	shown := &gqlerror.Error{Message: why.message, Path: path.slice()}
	if why.code != "" {
		shown.Extensions = map[string]any{"code": why.code}
	}
	x.errs = append(x.errs, shown)
	if x.status == 0 && path.parent == nil {
		x.status = why.status
	}
}

// value writes v as type t, or returns false if it must not be null and is.
func (x *execution) value(t *ast.Type, v any, sets []ast.SelectionSet, path *pathNode) bool {
	mark := x.out.Len()
	if x.inner(t, v, sets, path) {
		return true
	}
	if x.out.Truncate(mark); t.NonNull {
		return false
	}
	x.out.WriteString("null")
	return true
}

func (x *execution) inner(t *ast.Type, v any, sets []ast.SelectionSet, path *pathNode) bool {
	if isNil(v) {
		if t.NonNull {
			x.fail(refusal{http.StatusInternalServerError, "Cannot return null for non-nullable field.", ""}, path)
		}
		return false
	}
	if t.Elem != nil {
		return x.list(t.Elem, v, sets, path)
	}
	if obj, ok := v.(object); ok {
		def := x.schema.Types[t.NamedType]
		if one, ok := obj.(interface{ typeName() string }); ok && def.IsAbstractType() {
			def = x.schema.Types[one.typeName()]
		}
		return x.object(def, obj, sets, path)
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
func (x *execution) list(elem *ast.Type, v any, sets []ast.SelectionSet, path *pathNode) bool {
	x.out.WriteByte('[')
	for i, list := 0, reflect.ValueOf(v); i < list.Len(); i++ {
		if i > 0 {
			x.out.WriteByte(',')
		}
		if !x.value(elem, list.Index(i).Interface(), sets, &pathNode{path, ast.PathIndex(i)}) {
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
	case bool, int, *int, jsonNumber:
		text, _ := json.Marshal(v) //nolint:errchkjson // numbers that JSON has
		x.out.Write(text)
	case time.Time:
		x.text(v.UTC().Format(timeLayout))
	default:
		x.text(fmt.Sprint(v))
	}
}
