// Package page keeps the generated parts of the Markdown pages equal to what programs
// print and to source code that is tested. A part is between two comments:
//
//	<!-- generated: name -->
//	…
//	<!-- end -->
//
// A test with -update rewrites it.
package page

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the generated parts of the pages")

// Check compares the named part of a page with text, or replaces it with -update. The
// page is a path from the root of the module, such as "docs/causes.md".
func Check(tb testing.TB, page, name, text string) {
	tb.Helper()
	whole := Read(tb, page)
	start := "<!-- generated: " + name + " -->\n"
	before, rest, found := strings.Cut(whole, start)
	have, after, closed := strings.Cut(rest, "<!-- end -->")
	if !found || !closed {
		tb.Fatalf("%s has no part %q", page, name)
	}
	text = strings.TrimRight(text, "\n") + "\n"
	if have == text {
		return
	}
	if !*update {
		tb.Fatalf("%s, part %q, is out of date; run the test with -update.\nhave:\n%s\nwant:\n%s", page, name, have, text)
	}
	if err := os.WriteFile(path(tb, page), []byte(before+start+text+"<!-- end -->"+after), 0o644); err != nil { //nolint:gosec // a page is public
		tb.Fatal(err)
	}
}

// Fence returns text as a fenced block.
func Fence(language, text string) string {
	return "```" + language + "\n" + strings.TrimRight(text, "\n") + "\n```\n"
}

// Read returns the text of a page.
func Read(tb testing.TB, page string) string {
	tb.Helper()
	raw, err := os.ReadFile(path(tb, page))
	if err != nil {
		tb.Fatal(err)
	}
	return strings.ReplaceAll(string(raw), "\r\n", "\n")
}

// path is the page's file. The root of the module is the next directory above the test's
// that has a go.mod.
func path(tb testing.TB, page string) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, filepath.FromSlash(page))
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			tb.Fatal("no go.mod above the working directory")
		}
		dir = parent
	}
}
