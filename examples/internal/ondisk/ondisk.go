// Package ondisk reads what a run of an example left on disk, for their tests.
package ondisk

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/wandgo/wandgo/internal/journal"
)

// Rows finds the one run that was kept below dir and returns its directory and
// how many rows of history its journal holds. With no run it is "" and 0.
func Rows(tb testing.TB, dir string) (run string, rows int64) {
	tb.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "wandb", "*run-*", "*.wandb"))
	if err != nil {
		tb.Fatal(err)
	}
	found = slices.DeleteFunc(found, func(path string) bool { // it leads to the run again
		return filepath.Base(filepath.Dir(path)) == "latest-run"
	})
	switch len(found) {
	case 0:
		return "", 0
	case 1:
	default:
		tb.Fatalf("%d runs are kept in %s", len(found), dir)
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
