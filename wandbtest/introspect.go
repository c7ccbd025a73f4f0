package wandbtest

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// introspected returns one type of the schema, which official clients up to 0.19 ask for to find
// out what the server can do.
func (x *execution) introspected(args arguments) any {
	if def := x.schema.Types[args.text("name")]; def != nil {
		return definitionFields(x.schema, def)
	}
	return nil
}

// definitionFields has the fields of __Type for a type of the schema.
func definitionFields(schema *ast.Schema, def *ast.Definition) fields {
	f := fields{"kind": string(def.Kind), "name": def.Name, "description": def.Description}
	members := func(arguments) any { // later, because types contain each other
		var list []fields
		for _, m := range def.Fields {
			if !strings.HasPrefix(m.Name, "__") {
				list = append(list, fields{"name": m.Name, "type": typeFields(schema, m.Type), "isDeprecated": false, "args": []fields{}})
			}
		}
		return list
	}
	switch def.Kind {
	case ast.Object, ast.Interface:
		f["fields"] = members
	case ast.InputObject:
		f["inputFields"] = members
	case ast.Enum:
		var values []fields
		for _, v := range def.EnumValues {
			values = append(values, fields{"name": v.Name})
		}
		f["enumValues"] = values
	}
	return f
}

// typeFields has the fields of __Type for the type of a field: a list, one that is never null,
// or a type of the schema.
func typeFields(schema *ast.Schema, t *ast.Type) fields {
	switch {
	case t.NonNull:
		inner := *t
		inner.NonNull = false
		return fields{"kind": "NON_NULL", "ofType": typeFields(schema, &inner)}
	case t.Elem != nil:
		return fields{"kind": "LIST", "ofType": typeFields(schema, t.Elem)}
	}
	return definitionFields(schema, schema.Types[t.NamedType])
}
