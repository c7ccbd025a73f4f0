package examples

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/examples/internal/page"
	"github.com/wandgo/wandgo/examples/internal/sentinel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestCauses_ListsEverySentinel compares the tables in docs/causes.md with package errors.
func TestCauses_ListsEverySentinel(t *testing.T) {
	t.Parallel()
	var refusals, failures strings.Builder
	for _, s := range errors.Sentinels() {
		row := fmt.Sprintf("| `%s` | %s | %s |\n", sentinel.Name(s), s.Error(), s.Fix())
		switch {
		case !errors.Is(s, errors.ErrPermissionDenied):
			failures.WriteString(row)
		case errors.Code(s) != "permission_denied":
			refusals.WriteString(row)
		}
	}
	page.Check(t, "docs/causes.md", "sentinels", "| refusal | meaning | what to do |\n|---|---|---|\n"+refusals.String()+
		"\n| other failures | meaning | what to do |\n|---|---|---|\n"+failures.String())
}

// TestPages_NamedVariablesAreRead finds the environment variables that the pages name in
// the sources that read them.
func TestPages_NamedVariablesAreRead(t *testing.T) {
	t.Parallel()
	guide, _, found := strings.Cut(page.Read(t, "docs/settings.md"), "## All variables") // client tests that list
	require.True(t, found)
	text := page.Read(t, "README.md") + guide
	var sources []string
	for _, pkg := range []string{"../internal/settings", "../client"} {
		found, err := filepath.Glob(filepath.Join(filepath.FromSlash(pkg), "*.go"))
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
		known := strings.Contains(read.String(), `"`+name+`"`) ||
			regexp.MustCompile(`\br\.\w+\(`+setting).MatchString(read.String()) || // a setting is read by its name
			strings.HasSuffix(name, "_") && strings.Contains(read.String(), setting) // the prefix of several, as in WANDB_X_FOO_*
		if !known {
			assert.Fail(t, "no source reads the variable", name) // assert.Contains would print all sources
		}
	}
}

// TestPages_NamedCommandsExist finds the programs that the pages run, and each subcommand
// of wandgo, at the start of a code span or of a line of a block, in a file of its name.
func TestPages_NamedCommandsExist(t *testing.T) {
	t.Parallel()
	text := page.Read(t, "README.md") + page.Read(t, "CONTRIBUTING.md") + page.Read(t, "docs/causes.md") + page.Read(t, "examples/README.md")
	programs := regexp.MustCompile(`go (?:run|install) \./([^\s`+"`"+`;,)]+)`).FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, programs)
	for _, m := range programs {
		assert.DirExists(t, filepath.Join("..", filepath.FromSlash(strings.TrimRight(m[1], "."))), m[0])
	}
	subcommands := regexp.MustCompile("`wandgo ([a-z]+)").FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, subcommands)
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllString(text, -1)
	lines := regexp.MustCompile(`(?m)^wandgo ([a-z]+)`).FindAllStringSubmatch(strings.Join(blocks, ""), -1)
	require.NotEmpty(t, lines)
	for _, m := range append(subcommands, lines...) {
		assert.FileExists(t, filepath.Join("..", "cmd", "wandgo", m[1]+".go"), m[0])
	}
}

// TestReadme_FitsInTwoHundredLines keeps the README a page that a newcomer reads.
func TestReadme_FitsInTwoHundredLines(t *testing.T) {
	t.Parallel()
	assert.LessOrEqual(t, strings.Count(page.Read(t, "README.md"), "\n"), 200)
}
