package syncrun

import (
	"io/fs"
	"os"
	"slices"

	"github.com/wandgo/wandgo/internal/rundir"
)

// FindRun lists the logs of one run in the directories in which runs are stored, in the
// order in which they were started. Directories of other runs are not opened. A root that
// cannot be read is skipped.
func FindRun(id string, roots ...string) []*Log {
	f := finder{seen: make(map[string]bool)}
	for _, root := range roots {
		entries, _ := os.ReadDir(root) // what cannot be read cannot be uploaded
		f.add(logsBelow(root, slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
			return !rundir.MayBeOf(e.Name(), id)
		})))
	}
	logs := slices.DeleteFunc(f.logs, func(l *Log) bool {
		if l.Run != nil {
			return l.Run.ID != id
		}
		return l.Dir.RunID() != id
	})
	slices.SortStableFunc(logs, inOrder)
	return logs
}
