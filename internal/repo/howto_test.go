package repo_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	testNamed  = regexp.MustCompile("`((?:Test|Fuzz)[A-Z][A-Za-z0-9_]*)`")
	testInCode = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z][A-Za-z0-9_]*)\(`)
	goPath     = regexp.MustCompile("`((?:errors|client|cmd|examples|graphql|internal|wandbtest)/[a-z/_]+\\.go)`")
)

// TestHowto_NamedTestsAndFiles_Exist reads the pages below docs/howto and CONTRIBUTING.md.
func TestHowto_NamedTestsAndFiles_Exist(t *testing.T) {
	t.Parallel()
	dir := root(t)
	all := map[string]bool{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range testInCode.FindAllSubmatch(source, -1) {
			all[string(m[1])] = true
		}
		return err
	}))
	pages, err := filepath.Glob(filepath.Join(dir, "docs", "howto", "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, page := range append(pages, filepath.Join(dir, "CONTRIBUTING.md")) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, m := range testNamed.FindAllSubmatch(text, -1) {
			assert.True(t, all[string(m[1])], "%s names %s, which does not exist", filepath.Base(page), m[1])
		}
		for _, m := range goPath.FindAllSubmatch(text, -1) {
			assert.FileExists(t, filepath.Join(dir, filepath.FromSlash(string(m[1]))), filepath.Base(page))
		}
	}
}
