package repo_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Users cannot name an internal type, and go doc does not show its fields.
func TestPublicPackages_ExportedAPI_HasNoInternalType(t *testing.T) {
	t.Parallel()
	for _, pkg := range []string{"api", "errors", "graphql", "client", "sweep", "wandbtest"} {
		t.Run(pkg, func(t *testing.T) {
			t.Parallel()
			files, err := filepath.Glob(filepath.Join(root(t), pkg, "*.go"))
			require.NoError(t, err)
			for _, path := range files {
				if strings.HasSuffix(path, "_test.go") {
					continue
				}
				fset := token.NewFileSet()
				file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
				require.NoError(t, err)
				for _, found := range internalTypes(file) {
					assert.Fail(t, "an internal type is exported", "%s: %s", fset.Position(found.Pos()), found.Sel.Name)
				}
			}
		})
	}
}

// internalTypes returns the internal types in the exported declarations of file.
func internalTypes(file *ast.File) []*ast.SelectorExpr {
	internal := map[string]bool{}
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		if strings.HasPrefix(path, module+"/internal/") {
			name := path[strings.LastIndex(path, "/")+1:]
			if spec.Name != nil {
				name = spec.Name.Name
			}
			internal[name] = true
		}
	}
	var found []*ast.SelectorExpr
	look := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := sel.X.(*ast.Ident); ok && internal[id.Name] {
					found = append(found, sel)
				}
			}
			return true
		})
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && exportedReceiver(d) {
				look(d.Type)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					if s.Name.IsExported() {
						for _, part := range exportedParts(s.Type) {
							look(part)
						}
					}
				case *ast.ValueSpec:
					if s.Type != nil && s.Names[0].IsExported() {
						look(s.Type)
					}
				}
			}
		}
	}
	return found
}

// exportedReceiver reports whether d is a function, or a method of an exported type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	id, ok := t.(*ast.Ident)
	return ok && id.IsExported()
}

// exportedParts returns the exported fields of a struct, or the whole of another type.
func exportedParts(t ast.Expr) []ast.Node {
	s, ok := t.(*ast.StructType)
	if !ok {
		return []ast.Node{t}
	}
	var parts []ast.Node
	for _, field := range s.Fields.List {
		if len(field.Names) == 0 || field.Names[0].IsExported() {
			parts = append(parts, field.Type)
		}
	}
	return parts
}
