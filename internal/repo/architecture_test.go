package repo_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestArchitecture_ListsEveryPackageAndExistingFiles compares docs/architecture.md with
// the tree: each package has a line in a table, each listed package exists, and each file
// that a walk passes exists.
func TestArchitecture_ListsEveryPackageAndExistingFiles(t *testing.T) {
	t.Parallel()
	dir := root(t)
	raw, err := os.ReadFile(filepath.Join(dir, "docs", "architecture.md"))
	require.NoError(t, err)
	text, later, _ := strings.Cut(string(raw), "\n## Planned\n") // if anything is

	listed := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(text, -1) {
		assert.False(t, listed[m[1]], "%s is listed twice", m[1])
		listed[m[1]] = true
	}
	for _, pkg := range own(t) {
		assert.True(t, listed[pkg.path()], "docs/architecture.md has no line for %s", pkg.path())
		delete(listed, pkg.path())
	}
	for path := range listed { // modules of their own and folders without Go code
		assert.DirExists(t, filepath.Join(dir, filepath.FromSlash(path)), "docs/architecture.md lists %s", path)
	}
	for _, m := range regexp.MustCompile("`((?:[a-z0-9_]+/)+[a-z0-9_]+\\.(?:go|graphql))`").FindAllStringSubmatch(text, -1) {
		assert.FileExists(t, filepath.Join(dir, filepath.FromSlash(m[1])), "docs/architecture.md names %s", m[1])
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(later, -1) {
		assert.NoDirExists(t, filepath.Join(dir, filepath.FromSlash(m[1])), "%s exists and is not planned any more", m[1])
	}
}
