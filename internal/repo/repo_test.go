package repo_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
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

// listed has the results of list, which several tests need.
var listed = struct {
	mu      sync.Mutex
	results map[string][]*goPackage
}{results: map[string][]*goPackage{}}

// list returns what go list says about the patterns, with their dependencies when asked.
func list(t *testing.T, deps bool, patterns ...string) []*goPackage {
	t.Helper()
	key := fmt.Sprint(deps, patterns)
	listed.mu.Lock()
	defer listed.mu.Unlock()
	if listed.results[key] == nil {
		listed.results[key] = goList(t, deps, patterns...)
	}
	return listed.results[key]
}

func goList(t *testing.T, deps bool, patterns ...string) []*goPackage {
	t.Helper()
	args := []string{"list", "-e", "-json"}
	if deps {
		args = append(args, "-deps")
	}
	var out, stderr bytes.Buffer
	cmd := goCommand(t, &out, append(args, patterns...)...)
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Run(), "go list %v: %s", patterns, &stderr)
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
	require.NotEmpty(t, pkgs, "go list %v found no package", patterns)
	return pkgs
}
