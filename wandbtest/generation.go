package wandbtest

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/wandgo/wandgo"
)

// Generation is the age of the server to imitate.
type Generation int

// The generations, by when their schema was current. The zero value is today's.
const (
	Gen2026 Generation = iota
	Gen2024Oct
	Gen2024Jan
)

// String returns the generation's name as @since in the schema spells it.
func (g Generation) String() string {
	switch g {
	case Gen2026:
		return "2026"
	case Gen2024Oct:
		return "2024-10"
	case Gen2024Jan:
		return "2024-01"
	}
	return fmt.Sprintf("Generation(%d)", int(g))
}

// errorsFirst says whether the generation writes errors before data.
func (g Generation) errorsFirst() bool { return g != Gen2026 }

// runWord is what the generation calls a run's id in the text of a 409.
func (g Generation) runWord() string {
	if g == Gen2026 {
		return "id"
	}
	return "name"
}

// DefaultFeatures returns the feature names a server of [Gen2026] enables unless
// [WithFeatures] says otherwise.
func DefaultFeatures() []string {
	return []string{"CLIENT_IDS", "LARGE_FILENAMES", "EXPAND_DEFINED_METRIC_GLOBS", "FILESTREAM_GZIP"}
}

func buildSchema(g Generation) (*ast.Schema, error) {
	doc, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: "schema.graphql", Input: wandgo.Schema()})
	if err != nil {
		return nil, fmt.Errorf("parse schema: %w", err)
	}
	prune(doc, g)
	schema, err := validator.ValidateSchemaDocument(doc)
	if err != nil {
		return nil, fmt.Errorf("build the schema of %v: %w", g, err)
	}
	return schema, nil
}

// prune removes what servers of the generation do not have, so that asking for
// it fails in validation, as it does there.
func prune(doc *ast.SchemaDocument, g Generation) {
	doc.Definitions = slices.DeleteFunc(doc.Definitions, func(d *ast.Definition) bool { return tooNew(d.Directives, g) })
	for _, d := range doc.Definitions {
		d.Fields = slices.DeleteFunc(d.Fields, func(f *ast.FieldDefinition) bool { return tooNew(f.Directives, g) })
		for _, f := range d.Fields {
			f.Arguments = slices.DeleteFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return tooNew(a.Directives, g) })
		}
		d.EnumValues = slices.DeleteFunc(d.EnumValues, func(v *ast.EnumValueDefinition) bool { return tooNew(v.Directives, g) })
	}
}

func tooNew(directives ast.DirectiveList, g Generation) bool {
	since := directives.ForName("since")
	if since == nil {
		return false
	}
	server := since.Arguments.ForName("server")
	// Generations are named by year and month, so text order is age order.
	return server != nil && server.Value.Raw > g.String()
}
