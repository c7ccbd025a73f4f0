package client_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/settings"
)

var (
	plainVariable = regexp.MustCompile(`"((?:WANDB|SLURM|OMPI|PMI)_[A-Z_]+[A-Z]|NO_COLOR|(?:GROUP_|LOCAL_)?RANK|JOB_COMPLETION_INDEX)"`)
	// families are documented as a whole.
	families = regexp.MustCompile(`^WANDB_X_(GRAPHQL|FILE_STREAM|FILE_TRANSFER)_|^SLURM_|_(SIZE|NTASKS|NPROCS|TASKS|COMPLETIONS)$`)
)

// TestVariablesAreListed holds docs/settings.md's list of environment variables to the
// sources that read them, in both directions.
func TestVariablesAreListed(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/settings.md")
	require.NoError(t, err)
	_, list, found := strings.Cut(string(doc), "## All variables")
	require.True(t, found)
	listed := map[string]bool{}
	for _, name := range regexp.MustCompile(`\b[A-Z]+_[A-Z_]+[A-Z]\b|\bNETRC\b|\bRANK\b`).FindAllString(list, -1) {
		listed[name] = true
	}
	read := variablesOfSettings(t)
	for _, dir := range []string{".", "../internal/environment", "../internal/rundir", "../internal/term"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, m := range plainVariable.FindAllStringSubmatch(string(source), -1) {
				read[m[1]] = true
			}
		}
	}
	require.Greater(t, len(read), 40, "the sources are found")
	for name := range read {
		assert.True(t, listed[name] || families.MatchString(name), "%s is read and not in docs/settings.md", name)
	}
	for name := range listed {
		switch name {
		case "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY": // by net/http
		case "WANDB__NAME", "WANDB_X_NAME": // how they are written
		default:
			assert.True(t, read[name] || families.MatchString(name+"_"), "%s is in docs/settings.md and nothing reads it", name)
		}
	}
}

// variablesOfSettings returns the variables that settings are resolved from, without those that only
// cause a warning.
func variablesOfSettings(t *testing.T) map[string]bool {
	t.Helper()
	read := map[string]bool{}
	resolve := func(set string) []string {
		s, err := settings.Resolve(settings.Env{LookupEnv: func(name string) (string, bool) {
			if name == "NETRC" || strings.HasPrefix(name, "WANDB_") && !strings.HasPrefix(name, "WANDB__") {
				read[name] = true
			}
			return "file", name == set
		}, Home: t.TempDir(), WorkDir: t.TempDir()}, settings.Explicit{})
		require.NoError(t, err)
		return s.Warnings
	}
	resolve("WANDB_IDENTITY_TOKEN_FILE")
	resolve("")
	var warnings []string
	for _, name := range slices.Collect(maps.Keys(read)) {
		if name != "WANDB_BASE_URL" && name != "WANDB_MODE" { // which refuse the value
			warnings = append(warnings, resolve(name)...)
		}
	}
	for _, text := range warnings {
		if name, _, without := strings.Cut(text, " has no effect"); without {
			delete(read, name)
		}
	}
	return read
}
