// Package readme keeps the README's generated parts equal to what the programs
// print. A part stands between two comments:
//
//	<!-- generated: name -->
//	…
//	<!-- end -->
//
// Run a test with -update to write it anew.
package readme

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the generated parts of README.md")

// Check compares the named part with text, or replaces it with -update.
func Check(tb testing.TB, name, text string) {
	tb.Helper()
	path, whole := Read(tb)
	start := "<!-- generated: " + name + " -->\n"
	before, rest, found := strings.Cut(whole, start)
	have, after, closed := strings.Cut(rest, "<!-- end -->")
	if !found || !closed {
		tb.Fatalf("README.md has no part %q", name)
	}
	text = strings.TrimRight(text, "\n") + "\n"
	if have == text {
		return
	}
	if !*update {
		tb.Fatalf("README.md, part %q, is out of date; run the test with -update.\nhave:\n%s\nwant:\n%s", name, have, text)
	}
	if err := os.WriteFile(path, []byte(before+start+text+"<!-- end -->"+after), 0o644); err != nil { //nolint:gosec // a README is for everybody
		tb.Fatal(err)
	}
}

// Fence puts text into a fenced block.
func Fence(language, text string) string {
	return "```" + language + "\n" + strings.TrimRight(text, "\n") + "\n```\n"
}

// Read returns the README's path and text. It looks upwards from the working
// directory of the test for the root of the module.
func Read(tb testing.TB) (path, text string) {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			tb.Fatal("no go.mod above the working directory")
		}
		dir = parent
	}
	path = filepath.Join(dir, "README.md")
	raw, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return path, strings.ReplaceAll(string(raw), "\r\n", "\n")
}
