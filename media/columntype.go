package media

import (
	"slices"
	"strings"
	"time"
)

// columnType is the type of a column's cells, by the rules of the official client.
type columnType struct {
	name string // number, string, boolean, timestamp, none, unknown, any, list, typedDict, union, or of media

	elem    *columnType // of a list
	length  int
	members map[string]*columnType // of an object
	allowed []*columnType          // of a union, sorted
	image   *imageType
}

// Types without parameters.
var (
	typeUnknown = &columnType{name: "unknown"}
	typeNone    = &columnType{name: "none"}
	typeAny     = &columnType{name: "any"}
	typeBoolean = &columnType{name: "boolean"}
	typeNumber  = &columnType{name: "number"}
	typeString  = &columnType{name: "string"}
	typeTime    = &columnType{name: "timestamp"}
	typeInvalid = &columnType{name: "invalid"}
)

// optional is the type that also allows nil.
func optional(t *columnType) *columnType { return union([]*columnType{t, typeNone}) }

// union is a type that allows several. Unions in it are merged.
func union(types []*columnType) *columnType {
	var flat []*columnType
	for _, t := range types {
		if t.name == "union" {
			flat = append(flat, t.allowed...)
		} else {
			flat = append(flat, t)
		}
	}
	slices.SortStableFunc(flat, func(a, b *columnType) int { return strings.Compare(a.order(), b.order()) })
	return &columnType{name: "union", allowed: flat}
}

// order is by what the official client sorts the types of a union.
func (t *columnType) order() string {
	switch t.name {
	case "list":
		return t.elem.order() + "[]"
	case "typedDict":
		return "{"
	case "union":
		var parts []string
		for _, a := range t.allowed {
			parts = append(parts, a.order())
		}
		return strings.Join(parts, " or ")
	}
	return strings.ToUpper(t.name[:1]) + t.name[1:]
}

// typeOf is the type of a cell.
func typeOf(cell any) *columnType {
	switch c := cell.(type) {
	case nil:
		return typeNone
	case bool:
		return typeBoolean
	case string:
		return typeString
	case int64, uint64, float64:
		return typeNumber
	case time.Time:
		return typeTime
	case cellMedia:
		return c.columnType()
	case map[string]any:
		members := make(map[string]*columnType, len(c))
		for key, below := range c {
			members[key] = typeOf(below)
		}
		return &columnType{name: "typedDict", members: members}
	case []any:
		elem := typeUnknown
		if slices.Contains(c, nil) {
			elem = optional(typeUnknown)
		}
		for _, below := range c {
			if elem = elem.assign(below); elem == nil {
				elem = typeInvalid
				break
			}
		}
		return &columnType{name: "list", elem: elem, length: len(c)}
	}
	return typeInvalid
}

// assign is the type after a cell, nil if the cell does not fit.
func (t *columnType) assign(cell any) *columnType {
	switch t.name {
	case "union":
		return t.assignUnion(cell)
	case "any":
		return t
	case "none":
		if cell == nil {
			return t
		}
		return nil
	case "unknown":
		if cell == nil {
			return nil
		}
		return typeOf(cell)
	case "list":
		list, ok := cell.([]any)
		if !ok {
			return nil
		}
		elem := t.elem
		for _, below := range list {
			if elem = elem.assign(below); elem == nil {
				return nil
			}
		}
		return &columnType{name: "list", elem: elem, length: len(list)}
	case "typedDict":
		return t.assignObject(cell)
	}
	other := typeOf(cell)
	switch {
	case other.name != t.name:
		return nil
	case t.image != nil:
		return &columnType{name: t.name, image: t.image.merge(other.image)}
	}
	return t
}

func (t *columnType) assignObject(cell any) *columnType {
	object, ok := cell.(map[string]any)
	if !ok {
		return nil
	}
	for key := range object {
		if t.members[key] == nil {
			return nil
		}
	}
	members := make(map[string]*columnType, len(t.members))
	for key, m := range t.members {
		if members[key] = m.assign(object[key]); members[key] == nil {
			return nil
		}
	}
	return &columnType{name: "typedDict", members: members}
}

func (t *columnType) assignUnion(cell any) *columnType {
	var unknown *columnType
	for i, a := range t.allowed {
		if a.name == "unknown" {
			unknown = a
			continue
		}
		next := a.assign(cell)
		switch next {
		case nil:
			continue
		case a: // the usual case: nothing new
			return t
		}
		allowed := slices.Clone(t.allowed)
		allowed[i] = next
		return union(allowed)
	}
	if unknown == nil {
		return nil
	}
	allowed := slices.DeleteFunc(slices.Clone(t.allowed), func(a *columnType) bool { return a == unknown })
	return union(append(allowed, typeOf(cell)))
}

// json is the type as an artifact has it.
func (t *columnType) json() map[string]any {
	out := map[string]any{"wb_type": t.name}
	switch {
	case t.name == "union":
		allowed := make([]any, len(t.allowed))
		for i, a := range t.allowed {
			allowed[i] = a.json()
		}
		out["params"] = map[string]any{"allowed_types": allowed}
	case t.name == "list":
		out["params"] = map[string]any{"element_type": t.elem.json(), "length": int64(t.length)}
	case t.name == "typedDict":
		members := make(map[string]any, len(t.members))
		for key, m := range t.members {
			members[key] = m.json()
		}
		out["params"] = map[string]any{"type_map": members}
	case t.image != nil:
		out["params"] = t.image.json()
	}
	return out
}

// text describes the type in an error.
func (t *columnType) text() string {
	switch t.name {
	case "union":
		var parts []string
		for _, a := range t.allowed {
			if a.name != "none" {
				parts = append(parts, a.text())
			}
		}
		return strings.Join(parts, " or ")
	case "list":
		return "list of " + t.elem.text()
	case "typedDict":
		return "object"
	}
	return strings.TrimSuffix(t.name, "-file")
}
