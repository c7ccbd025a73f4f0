package sentinel

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/errors"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestName_EqualsTheVariableInTheSource compares the names with the exported variables
// of package errors.
func TestName_EqualsTheVariableInTheSource(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../errors/*.go")
	require.NoError(t, err)
	var declared []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR {
				continue
			}
			for _, spec := range gen.Specs {
				value, ok := spec.(*ast.ValueSpec)
				require.True(t, ok)
				for _, id := range value.Names {
					if id.IsExported() {
						declared = append(declared, id.Name)
					}
				}
			}
		}
	}
	var named []string
	for _, s := range errors.Sentinels() {
		named = append(named, Name(s))
	}
	assert.ElementsMatch(t, declared, named)
}

func TestMatching_MostSpecificFirst(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("init: %w", &errors.PermissionError{Cause: errors.ErrProjectHidden, Confidence: errors.Likely})
	assert.Equal(t, []string{"ErrProjectHidden", "ErrPermissionDenied", "ErrProjectMissing", "ErrProjectRestricted"}, Matching(err))
	assert.Equal(t, []string{"ErrPermissionDenied"}, Matching(&errors.PermissionError{}))
	assert.Empty(t, Matching(errors.New("other")))
}
