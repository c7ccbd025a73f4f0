package client_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	listedRule = regexp.MustCompile(`(?m)^\| ([0-9.]+) \| (.+?) \| (.+) \|$`)
	listedTest = regexp.MustCompile("`([a-z]+) ((?:Test|Fuzz)[A-Za-z0-9_]+)(?:/([^`]+))?`")
)

// sections are those that have to be listed. Section 12 has 48 pitfalls.
var sections = []string{
	"2.1", "2.2", "2.3", "2.4", "2.5", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8",
	"4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4.7", "4.8", "4.9", "5.1", "6.1", "6.2", "11", "12",
}

// TestConformanceList checks docs/conformance.md: no rule is left out, and every
// test it names exists.
func TestConformanceList(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/conformance.md")
	require.NoError(t, err)
	count := map[string]int{} // rules by section
	named := map[string]bool{}
	for _, row := range listedRule.FindAllStringSubmatch(string(text), -1) {
		number, what, how := row[1], row[2], row[3]
		dot := strings.LastIndexByte(number, '.')
		section := number[:dot]
		n, err := strconv.Atoi(number[dot+1:])
		require.NoError(t, err, number)
		assert.Contains(t, sections, section, number)
		if n > 0 {
			count[section]++
			assert.Equal(t, count[section], n, "%s %s: numbers have no gaps", number, what)
		}
		tests := listedTest.FindAllStringSubmatch(how, -1)
		if len(tests) == 0 {
			assert.True(t, strings.HasPrefix(how, "Not covered"), "%s %s has neither a test nor a reason", number, what)
		}
		for _, test := range tests {
			assert.True(t, testsOf(t, test[1])[test[2]], "%s names %s %s, which is not there", number, test[1], test[2])
			if test[2] == "TestConformance" {
				named[test[3]] = true
			}
		}
		assert.Equal(t, strings.Count(how, "`")/2, len(tests)+strings.Count(how, "`errors`"), "%s: %s", number, how)
	}
	for _, section := range sections {
		assert.Positive(t, count[section], "section %s is not listed", section)
	}
	assert.Equal(t, 48, count["12"])
	for _, r := range allRules() {
		assert.True(t, named[r.name], "%q is not listed", r.name)
		delete(named, r.name)
	}
	assert.Empty(t, named, "listed and not there")
}

func allRules() []rule {
	return slices.Concat(requestRules, creationRules, streamRules, rowRules, endRules, pitfalls)
}

// testsOf returns the tests of a package.
func testsOf(t *testing.T, name string) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	for _, dir := range []string{"../internal/" + name, "../" + name} {
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		require.NoError(t, err)
		for _, path := range files {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
					tests[f.Name.Name] = true
				}
			}
		}
	}
	require.NotEmpty(t, tests, "there is no package %s with tests", name)
	return tests
}
