package rundir

import (
	"io/fs"
	"os"
	"path/filepath"
)

// TempPattern names the directories in the temporary one that serve runs whose own
// place cannot be written, as os.MkdirTemp reads it.
const TempPattern = "wandgo-"

// Roots lists the directories in which runs are kept that have their place in root:
// root itself and, where that cannot be written, those that took its place in the
// temporary directory tmp. Only directories of the user's own are among these, as
// anybody may make one there.
func Roots(root, tmp string) []string {
	roots := []string{root}
	if canMake(root) {
		return roots
	}
	entries, _ := os.ReadDir(tmp) // what cannot be read holds no runs
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

// canMake reports whether a directory can be written, or made where it is not there.
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

// isDir reports whether there is a directory of the user's own, and no link.
func isDir(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeType == fs.ModeDir && isOwn(info)
}
