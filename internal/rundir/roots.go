package rundir

import (
	"io/fs"
	"os"
	"path/filepath"
)

// TempPattern is the pattern for os.MkdirTemp of the directory for a run whose own
// directory cannot be written.
const TempPattern = "wandgo-"

// Roots returns the directories that may contain the runs of root: root itself and, if it
// cannot be written, the directories in the temporary directory tmp that replace it. Of
// these it returns only the user's own, because any user can create one.
func Roots(root, tmp string) []string {
	if canMake(root) {
		return []string{root}
	}
	return AllRoots(root, tmp)
}

// AllRoots is [Roots] for a root that could not be written at some time, for example
// because the disk was full.
func AllRoots(root, tmp string) []string {
	roots := []string{root}
	entries, _ := os.ReadDir(tmp) // empty if it cannot be read
	for _, e := range entries {
		if ok, _ := filepath.Match(TempPattern+"*", e.Name()); !ok || !e.IsDir() {
			continue
		}
		dir := filepath.Join(tmp, e.Name(), "wandb")
		if info, err := e.Info(); err == nil && isOwn(info) && isDir(dir) {
			roots = append(roots, dir)
		}
	}
	return roots
}

// canMake reports whether a directory can be written, or created if it is missing.
func canMake(dir string) bool {
	for {
		info, err := os.Stat(dir)
		switch {
		case err == nil:
			return info.IsDir() && writable(dir)
		case filepath.Dir(dir) == dir:
			return false
		}
		dir = filepath.Dir(dir)
	}
}

// isDir reports whether path is a directory of the user's own and not a link.
func isDir(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeType == fs.ModeDir && isOwn(info)
}
