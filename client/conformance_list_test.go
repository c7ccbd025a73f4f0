package client_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
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

// TestConformanceList checks docs/conformance.md: no rule is left out, every test
// it names exists, and every test that is named after a rule or a section is listed
// with that rule, or with one of that section.
func TestConformanceList(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/conformance.md")
	require.NoError(t, err)
	all := allTests(t)
	count := map[string]int{}              // rules by section
	listed := map[string]map[string]bool{} // rules by test
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
			name := test[1] + " " + test[2]
			assert.True(t, all[name], "%s names %s, which is not there", number, name)
			if test[3] != "" {
				name += "/" + test[3]
			}
			if listed[name] == nil {
				listed[name] = map[string]bool{}
			}
			listed[name][number] = true
		}
		assert.Equal(t, strings.Count(how, "`")/2, len(tests)+strings.Count(how, "`errors`"), "%s: %s", number, how)
	}
	for _, section := range sections {
		assert.Positive(t, count[section], "section %s is not listed", section)
	}
	assert.Equal(t, 48, count["12"])

	const whole = "client TestConformance/"
	rules := map[string]bool{}
	for _, r := range allRules() {
		rules[whole+r.name] = true
		assert.True(t, listed[whole+r.name][ruleOf(r.name)], "%q is not listed with rule %s", r.name, ruleOf(r.name))
	}
	for name := range listed {
		assert.True(t, rules[name] || !strings.HasPrefix(name, whole), "%s is listed and not there", name)
	}
	for name := range all {
		if m := ofSection.FindStringSubmatch(name); m != nil {
			section := m[1] + "." + m[2] + "."
			within := slices.ContainsFunc(slices.Collect(maps.Keys(listed[name])), func(number string) bool { return strings.HasPrefix(number, section) })
			assert.True(t, within, "%s is not listed with a rule of section %s", name, strings.TrimSuffix(section, "."))
		}
	}
}

var ofSection = regexp.MustCompile(`^[a-z]+ TestSection([0-9]+)_([0-9]+)`)

// ruleOf is the rule that a test is named after. Names may have a zero in front of
// a number, for the order in which they run.
func ruleOf(name string) string {
	number, _, _ := strings.Cut(name, " ")
	parts := strings.Split(number, ".")
	for i, part := range parts {
		if short := strings.TrimLeft(part, "0"); short != "" {
			parts[i] = short
		}
	}
	return strings.Join(parts, ".")
}

func allRules() []rule {
	return slices.Concat(requestRules, creationRules, streamRules, rowRules, endRules, pitfalls)
}

// allTests returns the tests of all packages, each with its package's name before
// it.
func allTests(t *testing.T) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	for _, pattern := range []string{"../internal/*/*_test.go", "../*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, path := range files {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
					tests[filepath.Base(filepath.Dir(path))+" "+f.Name.Name] = true
				}
			}
		}
	}
	return tests
}
