package wandbtest

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/wandgo/wandgo"
)

// buildSchema builds the schema of a kind of server.
func buildSchema(kind serverKind) (*ast.Schema, error) {
	doc, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: "schema.graphql", Input: wandgo.Schema()})
	if err != nil {
		return nil, fmt.Errorf("parse schema: %w", err)
	}
	prune(doc, kind.generation.String())
	if kind.unpagedTeams || kind.foreign {
		doc.Definitions.ForName("User").Fields.ForName("teams").Arguments = nil
	}
	if kind.foreign {
		estrange(doc)
	}
	schema, err := validator.ValidateSchemaDocument(doc)
	if err != nil {
		return nil, fmt.Errorf("build the schema of %v: %w", kind.generation, err)
	}
	return schema, nil
}

// prune removes what servers of an age, named as @since in the schema spells it, do not have,
// so that asking for it fails in validation, as it does there.
func prune(doc *ast.SchemaDocument, server string) {
	doc.Definitions = slices.DeleteFunc(doc.Definitions, func(d *ast.Definition) bool { return tooNew(d.Directives, server) })
	for _, d := range doc.Definitions {
		d.Fields = slices.DeleteFunc(d.Fields, func(f *ast.FieldDefinition) bool { return tooNew(f.Directives, server) })
		for _, f := range d.Fields {
			f.Arguments = slices.DeleteFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return tooNew(a.Directives, server) })
		}
		d.EnumValues = slices.DeleteFunc(d.EnumValues, func(v *ast.EnumValueDefinition) bool { return tooNew(v.Directives, server) })
	}
}

func tooNew(directives ast.DirectiveList, server string) bool {
	since := directives.ForName("since")
	if since == nil {
		return false
	}
	first := since.Arguments.ForName("server")
	// Ages are named by year and month, so text order is age order.
	return first != nil && first.Value.Raw > server
}
