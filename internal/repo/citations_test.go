package repo_test

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	// citation is a page of docs with an optional section, as comments and tests cite it.
	citation = regexp.MustCompile(`\bdocs/[a-zA-Z0-9_/.-]+\.md(?:#[a-z0-9-]+)?`)
	// markdownLink is a link's target in a Markdown file, without addresses on the web.
	markdownLink = regexp.MustCompile(`\]\(([^):\s]+)\)`)
	heading      = regexp.MustCompile(`(?m)^#+ (.+)$`)
	fenced       = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	notInAnchor  = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// TestCitations_EverySectionExists resolves each citation of a page below docs, in
// every Go and Markdown file, and each relative link in a Markdown file. A section sign
// would cite a number, which no page here has.
func TestCitations_EverySectionExists(t *testing.T) {
	t.Parallel()
	dir := root(t)
	checked := 0
	check := func(from, target string) {
		page, section, _ := strings.Cut(target, "#")
		file := filepath.Join(dir, filepath.FromSlash(page))
		if !assert.FileExists(t, index(file), "%s cites %s", from, target) || section == "" {
			return
		}
		assert.Contains(t, anchors(t, file), section, "%s cites %s", from, target)
		checked++
	}
	for _, name := range textFiles(t, dir) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		name = filepath.ToSlash(name)
		if name != "internal/repo/citations_test.go" {
			assert.False(t, bytes.Contains(text, []byte("\u00a7")), "%s cites a section by its number", name)
		}
		for _, target := range citation.FindAllString(string(text), -1) {
			check(name, target)
		}
		if path.Ext(name) != ".md" {
			continue
		}
		for _, link := range markdownLink.FindAllSubmatch(fenced.ReplaceAll(text, nil), -1) {
			target := string(link[1])
			if strings.HasPrefix(target, "#") {
				target = path.Base(name) + target
			}
			check(name, path.Join(path.Dir(name), target))
		}
	}
	require.Positive(t, checked, "no section is cited")
}

// index is a file that exists if the path does, whether it is a file or a directory.
func index(file string) string {
	entries, err := os.ReadDir(file)
	if err != nil {
		return file
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			return filepath.Join(file, entry.Name())
		}
	}
	return file
}

// anchors returns the sections of a Markdown file, as GitHub names them in links.
func anchors(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var found []string
	for _, m := range heading.FindAllSubmatch(fenced.ReplaceAll(text, nil), -1) {
		title := markdownLink.ReplaceAllString(string(m[1]), "]")
		title = notInAnchor.ReplaceAllString(strings.ToLower(title), "")
		found = append(found, strings.ReplaceAll(title, " ", "-"))
	}
	return found
}

// textFiles lists the Go and Markdown files below dir, relative to it.
func textFiles(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); file != dir && (strings.HasPrefix(name, ".") || name == "wandb" || name == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if ext := filepath.Ext(file); ext == ".go" || ext == ".md" {
			name, err := filepath.Rel(dir, file)
			names = append(names, name)
			return err
		}
		return nil
	})
	require.NoError(t, err)
	return names
}

// TestConformance_EveryRuleIsBelowAProtocolSection holds that the rules in
// docs/conformance.md stand below a heading of their number that links to the section
// that explains them.
func TestConformance_EveryRuleIsBelowAProtocolSection(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root(t), "docs", "conformance.md"))
	require.NoError(t, err)
	headed := regexp.MustCompile(`^## ([0-9.]+) (.+)$`)
	rule := regexp.MustCompile(`^\| ([0-9.]+)\.[0-9]+ \|`)
	unlinked := []string{"12"} // pitfalls of all the others
	section, rules := "", 0
	for line := range bytes.Lines(text) {
		if m := headed.FindSubmatch(bytes.TrimSpace(line)); m != nil {
			section = string(m[1])
			assert.True(t, bytes.Contains(m[2], []byte("](protocol/")) || slices.Contains(unlinked, section), "section %s links to no page", section)
		}
		if m := rule.FindSubmatch(line); m != nil {
			assert.Equal(t, section, string(m[1]), "%s", line)
			rules++
		}
	}
	require.Positive(t, rules)
}

// TestCitations_NamedTestsExist finds the tests that the pages name. docs/conformance.md
// has a test of its own.
func TestCitations_NamedTestsExist(t *testing.T) {
	t.Parallel()
	dir := root(t)
	named := regexp.MustCompile("`(?:Test|Fuzz|Benchmark)[A-Za-z0-9_]+`")
	var tests bytes.Buffer
	pages := map[string][]string{}
	for _, name := range textFiles(t, dir) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		switch {
		case strings.HasSuffix(name, "_test.go"):
			tests.Write(text)
		case filepath.Ext(name) == ".md":
			pages[name] = named.FindAllString(string(text), -1)
		}
	}
	delete(pages, filepath.Join("docs", "conformance.md"))
	for page, names := range pages {
		for _, name := range names {
			assert.True(t, bytes.Contains(tests.Bytes(), []byte("\nfunc "+strings.Trim(name, "`")+"(")), "%s names %s, which does not exist", page, name)
		}
	}
	script, err := os.ReadFile(filepath.Join(dir, ".ci", "run"))
	require.NoError(t, err)
	chosen := regexp.MustCompile(`['|](Test[A-Z][A-Za-z0-9_]+)`).FindAllSubmatch(script, -1)
	require.NotEmpty(t, chosen)
	for _, name := range chosen { // or the first part of the name
		assert.True(t, bytes.Contains(tests.Bytes(), []byte("\nfunc "+string(name[1]))), ".ci/run chooses %s, which does not exist", name[1])
	}
}
