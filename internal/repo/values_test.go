package repo_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestInputErrorsHoldNoKeys: an InputError keeps the value that it is about, a
// key may have been pasted there, and no method stands between a copy of the
// error and %+v. So whatever makes one takes keys out first.
func TestInputErrorsHoldNoKeys(t *testing.T) {
	t.Parallel()
	clean := []string{"Redact", "presentable", "shownURL", "Itoa"}
	values := 0
	for _, pkg := range own(t) {
		if first, _, _ := strings.Cut(pkg.path(), "/"); !slices.Contains([]string{"client", "graphql", "internal", "cmd"}, first) {
			continue
		}
		for _, name := range pkg.GoFiles {
			source, err := os.ReadFile(filepath.Join(pkg.Dir, name))
			require.NoError(t, err)
			if !bytes.Contains(source, []byte("InputError{")) {
				continue
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
			require.NoError(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				lit, ok := n.(*ast.CompositeLit)
				if !ok || lastName(lit.Type) != "InputError" {
					return true
				}
				for _, element := range lit.Elts {
					pair, ok := element.(*ast.KeyValueExpr)
					if !assert.True(t, ok, "%s: fields are named", name) || lastName(pair.Key) != "Value" {
						continue
					}
					values++
					if _, constant := pair.Value.(*ast.BasicLit); constant {
						continue
					}
					call, ok := pair.Value.(*ast.CallExpr)
					assert.True(t, ok && slices.Contains(clean, lastName(call.Fun)),
						"%s/%s:%d keeps a value as it is; use secret.Redact", pkg.path(), name, set.Position(pair.Pos()).Line)
				}
				return true
			})
		}
	}
	assert.Positive(t, values, "no InputError found: does this test still look in the right places?")
}

// lastName is the name of a type, a field or a function without its package.
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
