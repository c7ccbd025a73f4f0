// Package ondisk reads the runs that an example leaves on disk, for the examples' tests.
package ondisk

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/wandgo/wandgo/internal/journal"
)

// Rows returns the directory of the only run below dir and the number of history rows
// in its journal. If there is no run, it returns "" and 0.
func Rows(tb testing.TB, dir string) (run string, rows int64) {
	tb.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "wandb", "*run-*", "*.wandb"))
	if err != nil {
		tb.Fatal(err)
	}
	found = slices.DeleteFunc(found, func(path string) bool { // a link to the run
		return filepath.Base(filepath.Dir(path)) == "latest-run"
	})
	switch len(found) {
	case 0:
		return "", 0
	case 1:
	default:
		tb.Fatalf("%d runs are in %s", len(found), dir)
	}
	reader, err := journal.Open(found[0])
	if err != nil {
		tb.Fatal(err)
	}
	defer reader.Close()
	state, err := journal.Replay(reader, &journal.Handler{})
	if err != nil {
		tb.Fatal(err)
	}
	return filepath.Dir(found[0]), state.Rows
}
