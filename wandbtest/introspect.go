package wandbtest

import (
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// introspect answers the question about one type, which official clients up to 0.19 ask to
// find out what the server can do. A listing of the whole schema is refused.
func (x *execution) introspect(f *ast.Field) (any, error) {
	if f.Name != "__type" {
		return nil, refusal{status: http.StatusOK, message: "introspection is disabled"}
	}
	args, err := argumentsOf(f, x.vars)
	if err != nil {
		return nil, err
	}
	def := x.schema.Types[args.text("name")]
	if def == nil {
		return nil, nil
	}
	return typeObject{def: def}, nil
}

// typeObject is a type of the schema, or a list of it or one that is never null.
type typeObject struct {
	def  *ast.Definition
	kind string // LIST or NON_NULL; "" for the type itself
	of   *ast.Type
}

func (t typeObject) fields(x *execution) fields {
	if t.kind != "" {
		return fields{"kind": t.kind, "ofType": typeOf(x.schema, t.of)}
	}
	f := fields{"kind": string(t.def.Kind), "name": t.def.Name, "description": t.def.Description}
	switch t.def.Kind {
	case ast.Object, ast.Interface:
		f["fields"] = membersOf(t.def)
	case ast.InputObject:
		f["inputFields"] = membersOf(t.def)
	case ast.Enum:
		values := []object{}
		for _, v := range t.def.EnumValues {
			values = append(values, fields{"name": v.Name})
		}
		f["enumValues"] = values
	}
	return f
}

// typeOf is the object of a field's type.
func typeOf(schema *ast.Schema, t *ast.Type) object {
	switch {
	case t.NonNull:
		inner := *t
		inner.NonNull = false
		return typeObject{kind: "NON_NULL", of: &inner}
	case t.Elem != nil:
		return typeObject{kind: "LIST", of: t.Elem}
	}
	return typeObject{def: schema.Types[t.NamedType]}
}

// membersOf lists the fields of a type, without those of introspection.
func membersOf(def *ast.Definition) []object {
	members := []object{}
	for _, f := range def.Fields {
		if !strings.HasPrefix(f.Name, "__") {
			members = append(members, memberObject{f.Name, f.Type})
		}
	}
	return members
}

// memberObject is a field of a type.
type memberObject struct {
	name string
	of   *ast.Type
}

func (m memberObject) fields(x *execution) fields {
	return fields{"name": m.name, "type": typeOf(x.schema, m.of), "isDeprecated": false, "args": []object{}}
}
