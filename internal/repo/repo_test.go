package repo_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

const module = "github.com/wandgo/wandgo"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// goPackage is the part of go list's answer that these tests read.
type goPackage struct {
	ImportPath   string
	Dir          string
	Doc          string
	Standard     bool
	GoFiles      []string
	CgoFiles     []string
	TestGoFiles  []string
	XTestGoFiles []string
	Imports      []string
	Module       *struct{ Path string }
	Error        *struct{ Err string }
}

// ours reports whether the package belongs to this module.
func (p *goPackage) ours() bool {
	return p.Module != nil && p.Module.Path == module
}

// path is the import path below the module: "client", "internal/secret", ".".
func (p *goPackage) path() string {
	if p.ImportPath == module {
		return "."
	}
	return strings.TrimPrefix(p.ImportPath, module+"/")
}

// root is the directory of the module.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(dir, "go.mod"))
	return dir
}

// goCommand prepares a go command in the module's directory that fetches
// nothing, builds without cgo and reports to out.
func goCommand(t *testing.T, out *bytes.Buffer, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root(t)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOWORK=off")
	cmd.Stdout, cmd.Stderr = out, out
	return cmd
}

// listed has the results of the only go list, which several tests need.
var listed struct {
	mu       sync.Mutex
	packages []*goPackage
}

// list returns what go list says about this module's packages and all that they link.
func list(t *testing.T) []*goPackage {
	t.Helper()
	listed.mu.Lock()
	defer listed.mu.Unlock()
	if listed.packages == nil {
		listed.packages = goList(t)
	}
	return listed.packages
}

// own returns the packages of this module.
func own(t *testing.T) []*goPackage {
	t.Helper()
	return slices.DeleteFunc(slices.Clone(list(t)), func(p *goPackage) bool { return !p.ours() })
}

// byPath returns all packages by their import paths.
func byPath(t *testing.T) map[string]*goPackage {
	t.Helper()
	packages := map[string]*goPackage{}
	for _, pkg := range list(t) {
		packages[pkg.ImportPath] = pkg
	}
	return packages
}

func goList(t *testing.T) []*goPackage {
	t.Helper()
	var out, stderr bytes.Buffer
	cmd := goCommand(t, &out, "list", "-e", "-json=ImportPath,Dir,Doc,Standard,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,Imports,Module,Error", "-deps", "./...")
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Run(), "go list: %s", &stderr)
	var pkgs []*goPackage
	for dec := json.NewDecoder(&out); ; {
		pkg := new(goPackage)
		err := dec.Decode(pkg)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err, "read go list's answer")
		if pkg.Error != nil {
			require.Fail(t, "a package does not load", "%s: %s", pkg.ImportPath, pkg.Error.Err)
		}
		pkgs = append(pkgs, pkg)
	}
	require.NotEmpty(t, pkgs, "go list found no package")
	return pkgs
}
