// Command nogetters removes most getters from the Go file that genqlient has generated.
// genqlient writes one for each field; each stays in the method table of its type, and
// thereby in every program. Those of whole responses stay, as package diagnose calls them,
// and those that an interface of the file asks for.
//
//	go run ../internal/repo/nogetters generated.go
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
)

func main() {
	if err := rewrite(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "nogetters:", err)
		os.Exit(1)
	}
}

func rewrite(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	less, err := without(text)
	if err != nil {
		return err
	}
	return os.WriteFile(path, less, 0o644) //nolint:gosec // as genqlient does
}

// without returns the file without getters.
func without(text []byte) ([]byte, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	asked := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if i, ok := n.(*ast.InterfaceType); ok {
			for _, m := range i.Methods.List {
				for _, name := range m.Names {
					asked[name.Name] = true
				}
			}
		}
		return true
	})
	var out bytes.Buffer
	from := 0
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv == nil || !strings.HasPrefix(f.Name.Name, "Get") || asked[f.Name.Name] || ofResponse(f) {
			continue
		}
		start := f.Pos()
		if f.Doc != nil {
			start = f.Doc.Pos()
		}
		out.Write(text[from:files.Position(start).Offset])
		from = files.Position(f.End()).Offset
		from += len(text[from:]) - len(bytes.TrimLeft(text[from:], "\n"))
	}
	out.Write(text[from:])
	return out.Bytes(), nil
}

// ofResponse reports whether a method is one of a whole response.
func ofResponse(f *ast.FuncDecl) bool {
	star, ok := f.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	of, ok := star.X.(*ast.Ident)
	return ok && strings.HasSuffix(of.Name, "Response")
}
