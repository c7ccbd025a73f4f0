package graphql

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/wandgo/wandgo"
)

// serverSchemaVariable names a file with the complete schema of a W&B server of
// January 2024, the oldest supported generation.
const serverSchemaVariable = "WANDGO_SERVER_SCHEMA"

func ourSchema(t *testing.T) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: wandgo.Schema()})
	require.NoError(t, err)
	return schema
}

func serverSchema(t *testing.T) *ast.Schema {
	t.Helper()
	path := os.Getenv(serverSchemaVariable)
	if path == "" {
		t.Skipf("set %s to the schema of a W&B server of January 2024 to compare ours with it", serverSchemaVariable)
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: path, Input: string(text)})
	require.NoError(t, err)
	return schema
}

// Everything in our schema is in the server's with the same type. Elements marked
// @since are not.
func TestSchema_MatchesServer(t *testing.T) {
	t.Parallel()
	diff := compareSchemas(ourSchema(t), serverSchema(t))
	for _, line := range diff.newer {
		t.Log("newer than the server:", line)
	}
	assert.Empty(t, diff.problems)
	assert.NotEmpty(t, diff.newer)
	assert.Greater(t, diff.compared, 150, "hardly anything was compared")
	t.Logf("compared %d types, fields, arguments and values; %d are marked @since", diff.compared, len(diff.newer))
}

// The comparison itself finds each kind of mistake.
func TestSchemaComparison_Mistakes_AreFound(t *testing.T) {
	t.Parallel()
	load := func(text string) *ast.Schema {
		schema, err := gqlparser.LoadSchema(&ast.Source{Name: "test", Input: `directive @since(server: String!, reason: String!)
			on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE | OBJECT | INPUT_OBJECT
			` + text})
		require.NoError(t, err)
		return schema
	}
	server := load(`type Query { a(x: Int, y: Int = 1, must: Int!): String! b: E }
		enum E { ONE TWO } input I { p: String! q: Int = 3 } type T { z: Int }`)
	for _, tc := range []struct{ name, ours, want string }{
		{"missing type", `type Query { b: String } type U { z: Int }`, "U: the server has no such type"},
		{"another kind", `type Query { b: String } enum T { Z }`, "T: is a ENUM here and a OBJECT there"},
		{"missing field", `type Query { c: Int }`, "Query.c: the server has no such field"},
		{"another type", `type Query { b: String }`, "Query.b: has type String here and E there"},
		{"nullability", `type Query { a(must: Int!): String }`, "Query.a: has type String here and String! there"},
		{"missing argument", `type Query { a(w: Int, must: Int!): String! }`, "Query.a(w): the server has no such argument"},
		{"argument type", `type Query { a(x: String, must: Int!): String! }`, "Query.a(x): has type String here and Int there"},
		{"default value", `type Query { a(y: Int = 2, must: Int!): String! }`, "Query.a(y): has default 2 here and 1 there"},
		{"required argument", `type Query { a: String! }`, "Query.a(must): the server requires it"},
		{"missing enum value", `type Query { b: E } enum E { ONE SIX }`, "E.SIX: the server has no such value"},
		{"missing input field", `type Query { b: E } enum E { ONE } input I { p: String! r: Int }`, "I.r: the server has no such field"},
		{"required input field", `type Query { b: E } enum E { ONE } input I { q: Int = 3 }`, "I.p: the server requires it"},
		{"wrongly marked field", `type Query { b: E @since(server: "s", reason: "r") } enum E { ONE }`, "Query.b: is marked @since, but the server has it"},
		{"wrongly marked type", `type Query { b: E } enum E { ONE } type T @since(server: "s", reason: "r") { z: Int }`, "T: is marked @since, but the server has it"},
		{"marked without a reason", `type Query { n: Int @since(server: "s", reason: "") }`, "Query.n: @since needs server and reason"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			assert.Contains(t, compareSchemas(load(tc.ours), server).problems, tc.want)
		})
	}
	assert.Empty(t, compareSchemas(server, server).problems)
}

type schemaDiff struct {
	compared        int
	newer, problems []string
}

func (d *schemaDiff) problem(format string, args ...any) {
	d.problems = append(d.problems, fmt.Sprintf(format, args...))
}

// marked handles an element that may be marked @since, and reports whether it is.
func (d *schemaDiff) marked(name string, directives ast.DirectiveList, onServer bool, what string) bool {
	d.compared++
	since := directives.ForName("since")
	if since == nil {
		if !onServer {
			d.problem("%s: the server has no such %s", name, what)
		}
		return !onServer
	}
	server, reason := since.Arguments.ForName("server").Value.Raw, since.Arguments.ForName("reason").Value.Raw
	if server == "" || reason == "" {
		d.problem("%s: @since needs server and reason", name)
	}
	if onServer {
		d.problem("%s: is marked @since, but the server has it", name)
	}
	d.newer = append(d.newer, fmt.Sprintf("%s (%s: %s)", name, server, reason))
	return true
}

func (d *schemaDiff) sameType(name string, ours, theirs *ast.Type) {
	if ours.String() != theirs.String() {
		d.problem("%s: has type %s here and %s there", name, ours, theirs)
	}
}

func (d *schemaDiff) sameDefault(name string, ours, theirs *ast.Value) {
	if show(ours) != show(theirs) {
		d.problem("%s: has default %s here and %s there", name, show(ours), show(theirs))
	}
}

func show(v *ast.Value) string {
	if v == nil {
		return "none"
	}
	return v.String()
}

func compareSchemas(ours, theirs *ast.Schema) *schemaDiff {
	d := &schemaDiff{}
	for _, name := range slices.Sorted(maps.Keys(ours.Types)) {
		def := ours.Types[name]
		if def.BuiltIn {
			continue
		}
		there := theirs.Types[name]
		if d.marked(name, def.Directives, there != nil, "type") {
			continue
		}
		if def.Kind != there.Kind {
			d.problem("%s: is a %s here and a %s there", name, def.Kind, there.Kind)
			continue
		}
		for _, value := range def.EnumValues {
			d.marked(name+"."+value.Name, value.Directives, there.EnumValues.ForName(value.Name) != nil, "value")
		}
		for _, field := range def.Fields {
			d.field(name, field, there.Fields.ForName(field.Name))
		}
		if def.Kind == ast.InputObject {
			for _, field := range there.Fields {
				if field.Type.NonNull && field.DefaultValue == nil && def.Fields.ForName(field.Name) == nil {
					d.problem("%s.%s: the server requires it", name, field.Name)
				}
			}
		}
	}
	return d
}

func (d *schemaDiff) field(parent string, ours, theirs *ast.FieldDefinition) {
	if strings.HasPrefix(ours.Name, "__") {
		return // introspection
	}
	name := parent + "." + ours.Name
	if d.marked(name, ours.Directives, theirs != nil, "field") {
		return
	}
	d.sameType(name, ours.Type, theirs.Type)
	d.sameDefault(name, ours.DefaultValue, theirs.DefaultValue)
	for _, arg := range ours.Arguments {
		argName := fmt.Sprintf("%s(%s)", name, arg.Name)
		there := theirs.Arguments.ForName(arg.Name)
		if d.marked(argName, arg.Directives, there != nil, "argument") {
			continue
		}
		d.sameType(argName, arg.Type, there.Type)
		d.sameDefault(argName, arg.DefaultValue, there.DefaultValue)
	}
	for _, arg := range theirs.Arguments {
		if arg.Type.NonNull && arg.DefaultValue == nil && ours.Arguments.ForName(arg.Name) == nil {
			d.problem("%s(%s): the server requires it", name, arg.Name)
		}
	}
}
