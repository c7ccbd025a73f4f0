package rundir

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// latestRun is the link to the newest run.
const latestRun = "latest-run"

// latest points the link latest-run at a run. The link is a convenience, so an error is
// ignored.
func latest(root, name string) {
	link := filepath.Join(root, latestRun)
	tmp := filepath.Join(root, ".latest-run-"+name)
	if os.Symlink(name, tmp) == nil && os.Rename(tmp, link) != nil {
		_ = os.Remove(tmp)
	}
}

// Remove deletes the directory and the links beside it that lead to it. latest-run then
// leads to the newest run that is left.
func (d *Dir) Remove() error {
	if err := os.RemoveAll(d.path); err != nil {
		return fmt.Errorf("delete run directory: %w", err)
	}
	root, gone := filepath.Split(d.path)
	for _, name := range []string{latestRun, "debug.log", "debug-internal.log"} {
		link := filepath.Join(root, name)
		target, err := os.Readlink(link)
		if err != nil {
			continue
		}
		target = strings.TrimPrefix(target, root)
		if first, _, _ := strings.Cut(filepath.ToSlash(target), "/"); first != gone {
			continue
		}
		if next := newest(root); name == latestRun && next != "" {
			latest(root, next)
			continue
		}
		_ = os.Remove(link) // nothing depends on it
	}
	return nil
}

// newest returns the name of the newest run's directory in root, or "".
func newest(root string) string {
	entries, _ := os.ReadDir(root) // empty if it cannot be read
	best, stamp := "", ""
	for _, e := range entries {
		m := dirName.FindStringSubmatch(e.Name())
		if m == nil || !e.IsDir() {
			continue
		}
		if cmp.Or(cmp.Compare(m[1], stamp), cmp.Compare(e.Name(), best)) > 0 {
			best, stamp = e.Name(), m[1]
		}
	}
	return best
}
