package client_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	plainVariable  = regexp.MustCompile(`"((?:WANDB|SLURM|OMPI|PMI)_[A-Z_]+[A-Z]|NETRC|NO_COLOR|(?:GROUP_|LOCAL_)?RANK|JOB_COMPLETION_INDEX)"`)
	hiddenVariable = regexp.MustCompile(`"(x_[a-z_]+)"`)
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
	read := map[string]bool{}
	for _, dir := range []string{".", "../internal/settings", "../internal/environment", "../internal/rundir", "../internal/term"} {
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
			for _, m := range hiddenVariable.FindAllStringSubmatch(string(source), -1) {
				read["WANDB_"+strings.ToUpper(m[1])] = true
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
