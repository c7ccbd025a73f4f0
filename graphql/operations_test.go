package graphql

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

type operation struct {
	Name  string `json:"operationName"`
	Query string `json:"query"`
}

func operations(t *testing.T) []operation {
	t.Helper()
	text, err := os.ReadFile("operations.json")
	require.NoError(t, err)
	var file struct{ Operations []operation }
	require.NoError(t, json.Unmarshal(text, &file))
	require.NotEmpty(t, file.Operations)
	return file.Operations
}

// needNewerServer are the operations that servers before October 2024 reject. Each
// has an older substitute, or is about a feature that those servers lack.
var needNewerServer = []string{
	"ArtifactFileURLs", "ArtifactMembership", "ArtifactTagsByID", "Diagnose", "DiagnoseDefault", "OrganizationOfEntity",
	"ProbeAccount", "ProbeEntityKind", "ProbeProjectRoles", "ProbeSeats", "RewindRun", "RunArtifacts", "RunLogs",
	"ServerFeatures", "XXHashAllowed",
}

func TestOperations_Schema_AreValid(t *testing.T) {
	t.Parallel()
	schema := ourSchema(t)
	for _, op := range operations(t) {
		_, errs := gqlparser.LoadQueryWithRules(schema, op.Query, rules.NewDefaultRules())
		assert.Empty(t, errs, op.Name)
	}
}

func TestOperations_ServerOf2024_MostAreValid(t *testing.T) {
	t.Parallel()
	schema := serverSchema(t)
	for _, op := range operations(t) {
		_, errs := gqlparser.LoadQueryWithRules(schema, op.Query, rules.NewDefaultRules())
		if slices.Contains(needNewerServer, op.Name) {
			assert.NotEmpty(t, errs, "%s works on the oldest servers; take it off the list", op.Name)
		} else {
			assert.Empty(t, errs, op.Name)
		}
	}
}

// The list agrees with the @since marks.
func TestOperations_NewerOnes_UseMarkedFields(t *testing.T) {
	t.Parallel()
	schema := ourSchema(t)
	var newer []string
	for _, op := range operations(t) {
		doc, errs := gqlparser.LoadQueryWithRules(schema, op.Query, rules.NewDefaultRules())
		require.Empty(t, errs)
		uses := false
		eachField(doc, func(f *ast.Field) {
			uses = uses || f.Definition.Directives.ForName("since") != nil
			for _, arg := range f.Arguments {
				uses = uses || f.Definition.Arguments.ForName(arg.Name).Directives.ForName("since") != nil
			}
		})
		if uses {
			newer = append(newer, op.Name)
		}
	}
	assert.ElementsMatch(t, needNewerServer, newer)
}

// With one variable per mutation, an argument that a server adds or removes changes a
// type and not every caller.
func TestMutations_All_HaveOneInput(t *testing.T) {
	t.Parallel()
	schema := ourSchema(t)
	mutations := 0
	for _, op := range operations(t) {
		doc, errs := gqlparser.LoadQueryWithRules(schema, op.Query, rules.NewDefaultRules())
		require.Empty(t, errs)
		def := doc.Operations[0]
		if def.Operation != ast.Mutation {
			continue
		}
		mutations++
		require.Len(t, def.VariableDefinitions, 1, op.Name)
		assert.Equal(t, "input", def.VariableDefinitions[0].Variable, op.Name)
		require.Len(t, def.SelectionSet, 1, op.Name)
		root, ok := def.SelectionSet[0].(*ast.Field)
		require.True(t, ok)
		require.Len(t, root.Arguments, 1, op.Name)
		assert.Equal(t, "$input", root.Arguments[0].Value.String(), op.Name)
	}
	assert.Equal(t, 24, mutations)
}

// Servers refuse apiKeys to unknown clients with a message that reads like a bad key,
// and no diagnosis needs it.
func TestOperations_None_RequestsKeys(t *testing.T) {
	t.Parallel()
	schema := ourSchema(t)
	key := regexp.MustCompile(`(?i)api_?keys?|token|secret|password`)
	for name, def := range schema.Types {
		for _, f := range def.Fields {
			if name == "User" && f.Name == "apiKeys" {
				continue // the official client reads them with projects; our operations do not, as below
			}
			assert.NotRegexp(t, key, f.Name, name)
		}
	}
	fields := 0
	for _, op := range operations(t) {
		doc, errs := gqlparser.LoadQueryWithRules(schema, op.Query, rules.NewDefaultRules())
		require.Empty(t, errs)
		eachField(doc, func(f *ast.Field) {
			fields++
			assert.NotRegexp(t, key, f.Name, op.Name)
		})
	}
	assert.Greater(t, fields, 50)
}

// A refused non-null field nulls its parent, so no root field of a combined query may
// mix a proof of existence with a field that may be refused.
func TestDiagnose_RefusedField_KeepsProofOfExistence(t *testing.T) {
	t.Parallel()
	refusable := regexp.MustCompile(`^(members|organization|personalEntityDisabled|readOnlyAdmin|modelsSeat)$`)
	schema := ourSchema(t)
	for _, op := range operations(t) {
		doc, errs := gqlparser.LoadQueryWithRules(schema, op.Query, rules.NewDefaultRules())
		require.Empty(t, errs)
		if !strings.HasPrefix(op.Name, "Diagnose") { // the only ones whose answers are proofs
			continue
		}
		for _, root := range doc.Operations[0].SelectionSet {
			f, ok := root.(*ast.Field)
			require.True(t, ok)
			if f.Alias != "viewer" && f.Alias != "entity" && f.Alias != "project" {
				continue
			}
			eachFieldOf(f.SelectionSet, func(f *ast.Field) { assert.NotRegexp(t, refusable, f.Name, op.Name) })
		}
	}
}

func eachField(doc *ast.QueryDocument, visit func(*ast.Field)) {
	for _, op := range doc.Operations {
		eachFieldOf(op.SelectionSet, visit)
	}
}

func eachFieldOf(set ast.SelectionSet, visit func(*ast.Field)) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			visit(s)
			eachFieldOf(s.SelectionSet, visit)
		case *ast.FragmentSpread:
			eachFieldOf(s.Definition.SelectionSet, visit)
		case *ast.InlineFragment:
			eachFieldOf(s.SelectionSet, visit)
		}
	}
}
