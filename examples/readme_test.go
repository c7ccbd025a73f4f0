package examples

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/examples/internal/readme"
	"github.com/wandgo/wandgo/examples/internal/sentinel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestSentinels holds the README's tables to package errors.
func TestSentinels(t *testing.T) {
	t.Parallel()
	var refusals, failures strings.Builder
	for _, s := range errors.Sentinels() {
		row := fmt.Sprintf("| `%s` | %s | %s |\n", sentinel.Name(s), s.Error(), s.Fix())
		switch {
		case errors.Is(s, errors.ErrPermissionDenied) && errors.Code(s) != "permission_denied":
			refusals.WriteString(row)
		case errors.Is(s, errors.ErrPermissionDenied):
		default:
			failures.WriteString(row)
		}
	}
	readme.Check(t, "sentinels", "| refusal | meaning | what to do |\n|---|---|---|\n"+refusals.String()+
		"\n| failure that is no refusal | meaning | what to do |\n|---|---|---|\n"+failures.String())
}

var goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

// imports are what README blocks without a package clause take for granted.
var imports = map[string]string{
	"context": "context", "fmt": "fmt", "slog": "log/slog", "testing": "testing",
	"client":    "github.com/wandgo/wandgo/client",
	"errors":    "github.com/wandgo/wandgo/errors",
	"wandbtest": "github.com/wandgo/wandgo/wandbtest",
}

// TestGoBlocksCompile builds each Go block of the README as a package of its own,
// which only an overlay knows of: nothing is written to the module.
func TestGoBlocksCompile(t *testing.T) {
	t.Parallel()
	path, text := readme.Read(t)
	blocks := goBlock.FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, blocks)
	dir := t.TempDir()
	replace := map[string]string{}
	args := []string{"build", "-overlay", filepath.Join(dir, "overlay.json")}
	for i, block := range blocks {
		source := block[1]
		name := fmt.Sprintf("readme%d", i)
		if !strings.HasPrefix(source, "package ") {
			source = complete(source)
		}
		file := filepath.Join(dir, name+".go")
		require.NoError(t, os.WriteFile(file, []byte(source), 0o600))
		replace[filepath.Join(filepath.Dir(path), "examples", name, name+".go")] = file
		args = append(args, "./examples/"+name)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600))
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = filepath.Dir(path)
	cmd.Env = append(cmd.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// complete gives a block its package clause and imports, and what it calls "your
// code".
func complete(source string) string {
	var b strings.Builder
	b.WriteString("package readme\n\n")
	for name, path := range imports {
		if regexp.MustCompile(`\b` + name + `\.`).MatchString(source) {
			fmt.Fprintf(&b, "import %q\n", path)
		}
	}
	b.WriteString("\n" + source)
	if strings.Contains(source, "train()") {
		b.WriteString("\nfunc train() {}\n")
	}
	return b.String()
}

// TestVariablesExist finds the environment variables that the README names in
// the sources that read them.
func TestVariablesExist(t *testing.T) {
	t.Parallel()
	path, text := readme.Read(t)
	var sources []string
	for _, pkg := range []string{"internal/settings", "client"} {
		found, err := filepath.Glob(filepath.Join(filepath.Dir(path), filepath.FromSlash(pkg), "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, found, pkg)
		sources = append(sources, found...)
	}
	var read strings.Builder
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		read.Write(source)
	}
	for _, name := range regexp.MustCompile(`WANDB_[A-Z_]+|\bNETRC\b`).FindAllString(text, -1) {
		setting := `"` + strings.ToLower(strings.TrimPrefix(name, "WANDB_")) + `"`
		known := strings.Contains(read.String(), `"`+name+`"`) || strings.Contains(read.String(), "hidden("+setting+")") ||
			strings.HasSuffix(name, "_") && strings.Contains(read.String(), setting) // the prefix of several, as in WANDB_X_FOO_*
		if !known {
			assert.Fail(t, "a variable is read nowhere", name) // assert.Contains would print all sources
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)\)`)

// TestLinksLeadSomewhere checks the README's links into the repository.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	path, text := readme.Read(t)
	links := link.FindAllStringSubmatch(goBlock.ReplaceAllString(text, ""), -1)
	require.NotEmpty(t, links)
	for _, l := range links {
		assert.FileExists(t, existing(filepath.Join(filepath.Dir(path), l[1])), l[1])
	}
}

// existing turns a directory into a file in it, so that both can be asked for.
func existing(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, "main.go")
	}
	return path
}
