package rundir

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/internal/smallfile"
)

// TempPattern is the pattern for os.MkdirTemp of the directory for a run whose own
// directory cannot be written.
const TempPattern = "wandgo-"

// rootFile names, in a directory that replaces a root, that root.
const rootFile = "root"

// Temp makes a directory in the temporary directory tmp for a run of root, which cannot be
// written. It returns the directory, and the root for the run in it.
func Temp(root, tmp string) (dir, instead string, err error) {
	if root, err = filepath.Abs(root); err != nil {
		return "", "", fmt.Errorf("create run directory: %w", err)
	}
	if dir, err = os.MkdirTemp(tmp, TempPattern); err != nil {
		return "", "", fmt.Errorf("create run directory: %w", err)
	}
	_ = os.WriteFile(filepath.Join(dir, rootFile), []byte(root), 0o600) // without it a sync finds the run if root is still unwritable
	return dir, filepath.Join(dir, "wandb"), nil
}

// Roots returns the directories that may contain the runs of root: root itself, and the
// directories in the temporary directory tmp that replaced it while it could not be
// written. If it still cannot, those that do not say which root they replace are among
// them. It returns only the user's own, because any user can create one.
func Roots(root, tmp string) []string { return roots(root, tmp, !canMake(root)) }

// AllRoots is [Roots] for a root that could not be written at some time, for example
// because the disk was full.
func AllRoots(root, tmp string) []string { return roots(root, tmp, true) }

// roots lists root and the directories that replaced it. unnamed says that those that do
// not say which root they replace may have replaced it.
func roots(root, tmp string, unnamed bool) []string {
	found := []string{root}
	whole, err := filepath.Abs(root)
	if err != nil {
		whole = root
	}
	entries, _ := os.ReadDir(tmp) // empty if it cannot be read
	for _, e := range entries {
		if ok, _ := filepath.Match(TempPattern+"*", e.Name()); !ok || !e.IsDir() {
			continue
		}
		dir := filepath.Join(tmp, e.Name(), "wandb")
		if info, err := e.Info(); err != nil || !isOwn(info) || !isDir(dir) {
			continue
		}
		replaced, err := smallfile.Read(filepath.Join(tmp, e.Name(), rootFile))
		if err == nil && string(replaced) == whole || err != nil && unnamed {
			found = append(found, dir)
		}
	}
	return found
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
