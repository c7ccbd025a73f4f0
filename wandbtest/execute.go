package wandbtest

import (
	"bytes"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

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
	errs   []fieldError
	status int
}

// fieldError is an error of one field.
type fieldError struct {
	refusal
	path []any
}

// pathNode is the path to a field. It is a linked list, because it is needed only if
// something fails.
type pathNode struct {
	parent *pathNode
	key    any // string or int
}

func (p *pathNode) slice() []any {
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
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		v, err := d.Arguments.ForName("if").Value.Value(x.vars)
		if on, ok := v.(bool); err == nil && ok && on == (d.Name == "skip") {
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
		if !x.field(def, values, f, &pathNode{path, f.key}) {
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
	if strings.HasPrefix(f.Name, "__") {
		return x.introspect(f)
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
	x.errs = append(x.errs, fieldError{why, path.slice()})
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

// isNil reports whether v is null: nil, or a nil pointer or list of texts.
func isNil(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer:
		return r.IsNil()
	}
	texts, ok := v.([]string)
	return ok && texts == nil
}

func (x *execution) list(elem *ast.Type, v any, sets []ast.SelectionSet, path *pathNode) bool {
	x.out.WriteByte('[')
	switch v := v.(type) {
	case []string:
		for i, s := range v {
			if i > 0 {
				x.out.WriteByte(',')
			}
			x.text(s)
		}
	case []jsonText:
		for i, text := range v {
			if i > 0 {
				x.out.WriteByte(',')
			}
			x.out.WriteString(string(text))
		}
	case []object:
		for i, o := range v {
			if i > 0 {
				x.out.WriteByte(',')
			}
			if !x.value(elem, o, sets, &pathNode{path, i}) {
				return false
			}
		}
	}
	x.out.WriteByte(']')
	return true
}

func (x *execution) text(s string) {
	x.out.Write(jsontext.AppendQuoted(x.out.AvailableBuffer(), s))
}

func (x *execution) leaf(v any) {
	b := x.out.AvailableBuffer()
	switch v := v.(type) {
	case string:
		b = jsontext.AppendQuoted(b, v)
	case bool:
		b = strconv.AppendBool(b, v)
	case int:
		b = strconv.AppendInt(b, int64(v), 10)
	case *int:
		b = strconv.AppendInt(b, int64(*v), 10)
	case time.Time:
		b = jsontext.AppendQuoted(b, v.UTC().Format("2006-01-02T15:04:05"))
	case jsonText:
		b = append(b, v...)
	case jsonNumber:
		b = strconv.AppendFloat(b, float64(v), 'g', -1, 64)
	default:
		b = jsontext.AppendQuoted(b, fmt.Sprint(v))
	}
	x.out.Write(b)
}
