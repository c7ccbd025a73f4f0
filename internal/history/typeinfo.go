package history

import (
	"encoding"
	"encoding/json"
	"image"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/media"
)

// form says how the values of a type are written.
type form uint8

const (
	formByKind    form = iota // by the kind of the type
	formSpecial               // a type that appendAny lists
	formMarshaler             // the value, or its address, has a marshalling method
	formImage                 // an image, which has no form as JSON
	formMedia                 // a value of package media
)

// typeInfo is what an Encoder remembers about a type.
type typeInfo struct {
	form   form
	media  bool     // of a list: its elements are values of package media
	fields []*field // of a struct, sorted by name
}

// field is an exported field of a struct.
type field struct {
	name      string
	quoted    string // `"name":`
	index     []int
	omitEmpty bool
	omitZero  bool
	asString  bool
	tagged    bool
}

var (
	typeJSON     = reflect.TypeFor[json.Marshaler]()
	typeText     = reflect.TypeFor[encoding.TextMarshaler]()
	typeImage    = reflect.TypeFor[image.Image]()
	typeMedia    = reflect.TypeFor[media.Holding]()
	specialTypes = []reflect.Type{
		reflect.TypeFor[time.Duration](), reflect.TypeFor[time.Time](), reflect.TypeFor[json.Number](),
		reflect.TypeFor[Encoded](), reflect.TypeFor[[]byte](),
	}
)

// info returns what is known about a type, which is inspected the first time.
func (e *Encoder) info(t reflect.Type) *typeInfo {
	if ti, ok := e.types[t]; ok {
		return ti
	}
	ti := &typeInfo{form: formOf(t)}
	if k := t.Kind(); k == reflect.Slice || k == reflect.Array {
		ti.media = formOf(t.Elem()) == formMedia
	}
	if t.Kind() == reflect.Struct && ti.form != formSpecial {
		ti.fields = fieldsOf(t)
	}
	if e.types == nil {
		e.types = make(map[reflect.Type]*typeInfo)
	}
	e.types[t] = ti
	return ti
}

func formOf(t reflect.Type) form {
	switch {
	case slices.Contains(specialTypes, t):
		return formSpecial
	case implements(t, typeMedia):
		return formMedia
	case implements(t, typeJSON), implements(t, typeText):
		return formMarshaler
	case implements(t, typeImage):
		return formImage
	}
	return formByKind
}

// implements reports whether values of type t, or their addresses, implement in.
func implements(t, in reflect.Type) bool {
	return t.Implements(in) || t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(in)
}

// fieldsOf returns the fields of a struct that are written, by the rules of
// encoding/json. Fields of embedded structs count as the outer struct's own. Of several
// fields with one name the shallowest wins, then the tagged one. If two are left, none
// is written.
func fieldsOf(t reflect.Type) []*field {
	type embedded struct {
		typ   reflect.Type
		index []int
	}
	var found []*field
	level := []embedded{{typ: t}}
	seen := map[reflect.Type]bool{t: true}
	for len(level) > 0 {
		var next []embedded
		var here []*field
		for _, em := range level {
			for i := range em.typ.NumField() {
				sf := em.typ.Field(i)
				index := append(slices.Clip(em.index), i)
				tag := sf.Tag.Get("json")
				if tag == "-" {
					continue
				}
				options := strings.Split(tag, ",")
				name := options[0]
				inner := sf.Type
				if inner.Kind() == reflect.Pointer {
					inner = inner.Elem()
				}
				if sf.Anonymous && name == "" && inner.Kind() == reflect.Struct {
					// The fields of a pointer to an unexported struct are
					// promoted too.
					if !seen[inner] {
						next = append(next, embedded{inner, index})
					}
					continue
				}
				if !sf.IsExported() {
					continue
				}
				f := &field{
					name: name, index: index, tagged: name != "",
					omitEmpty: slices.Contains(options[1:], "omitempty"),
					omitZero:  slices.Contains(options[1:], "omitzero"),
					asString:  slices.Contains(options[1:], "string") && isScalar(inner.Kind()),
				}
				if name == "" {
					f.name = sf.Name
				}
				f.quoted = string(append(jsonx.AppendString(nil, f.name), ':'))
				here = append(here, f)
			}
		}
		found = append(found, resolveNames(here, found)...)
		for _, em := range next {
			seen[em.typ] = true
		}
		level = next
	}
	found = slices.DeleteFunc(found, func(f *field) bool { return f.index == nil })
	slices.SortFunc(found, func(a, b *field) int { return strings.Compare(a.name, b.name) })
	return found
}

// resolveNames chooses between fields of one depth that have the same name, and drops
// those that a shallower field hides. A name without a winner stays as a field without
// an index, because it hides deeper fields.
func resolveNames(here, shallower []*field) []*field {
	var out []*field
	for i, f := range here {
		same := func(g *field) bool { return g.name == f.name }
		if slices.ContainsFunc(shallower, same) || slices.ContainsFunc(here[:i], same) {
			continue
		}
		var all, tagged []*field
		for _, g := range here {
			if g.name == f.name {
				all = append(all, g)
				if g.tagged {
					tagged = append(tagged, g)
				}
			}
		}
		switch {
		case len(all) == 1:
			out = append(out, f)
		case len(tagged) == 1:
			out = append(out, tagged[0])
		default:
			out = append(out, &field{name: f.name})
		}
	}
	return out
}

func isScalar(k reflect.Kind) bool {
	return k >= reflect.Bool && k <= reflect.Float64 || k == reflect.String
}
