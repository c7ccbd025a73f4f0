package wandbtest

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// foreignFields are the fields of a server of another maker, of the types of which it does
// not have all.
var foreignFields = map[string][]string{
	"User":         {"id", "username", "entity", "email", "admin", "deletedAt", "teams"},
	"Entity":       {"id", "name", "organization"},
	"Organization": {"name", "coreWeaveOrganizationId"},
	"Project":      {"id", "name", "entity", "bucket", "run"},
	"Mutation":     {"upsertBucket", "createRunFiles"},
	"Run": {
		"id", "name", "displayName", "state", "config", "wandbConfig", "summaryMetrics", "tags", "notes", "historyLineCount",
		"eventsLineCount", "logLineCount", "historyTail", "eventsTail", "sweepName", "stopped", "project", "files",
	},
}

// estrange makes the schema that of a server of another maker.
func estrange(doc *ast.SchemaDocument) {
	renamed := map[string]string{"Run": "RunType", "Entity": "EntityType", "Project": "ProjectType", "File": "FileType"}
	for _, d := range doc.Definitions {
		if has, ok := foreignFields[d.Name]; ok {
			d.Fields = slices.DeleteFunc(d.Fields, func(f *ast.FieldDefinition) bool { return !slices.Contains(has, f.Name) })
		}
		if name, ok := renamed[d.Name]; ok {
			d.Name = name
		}
		for i, member := range d.Types { // of a union
			if name, ok := renamed[member]; ok {
				d.Types[i] = name
			}
		}
		for _, f := range d.Fields {
			t := f.Type
			for t.Elem != nil {
				t = t.Elem
			}
			if name, ok := renamed[t.NamedType]; ok {
				t.NamedType = name
			}
		}
	}
}
