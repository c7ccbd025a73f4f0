package repo_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var goPath = regexp.MustCompile("`((?:errors|client|cmd|examples|graphql|internal|wandbtest)/[a-z/_]+\\.go)`")

// TestHowto_NamedFiles_Exist reads the pages below docs/howto and CONTRIBUTING.md.
func TestHowto_NamedFiles_Exist(t *testing.T) {
	t.Parallel()
	dir := root(t)
	pages, err := filepath.Glob(filepath.Join(dir, "docs", "howto", "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, page := range append(pages, filepath.Join(dir, "CONTRIBUTING.md")) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, m := range goPath.FindAllSubmatch(text, -1) {
			assert.FileExists(t, filepath.Join(dir, filepath.FromSlash(string(m[1]))), filepath.Base(page))
		}
	}
}
