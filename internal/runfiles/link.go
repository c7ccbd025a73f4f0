package runfiles

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Link creates symbolic links to saved files in dir, under their names, as the official
// client does: a sync of a run whose process was killed finds them. It skips files
// that are not on disk, those that have something at their name, and all files after Keep.
func (u *Uploader) Link(dir string, names []string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("link files: %w", err)
	}
	defer func() { _ = root.Close() }()
	var errs []error
	for _, name := range names {
		u.mu.Lock()
		var from string
		if f := u.files[name]; f != nil && u.kept == nil {
			from = pathOf(f.src)
		}
		u.mu.Unlock()
		if from == "" {
			continue
		}
		if err := link(root, name, from); err != nil && !errors.Is(err, fs.ErrExist) {
			errs = append(errs, fmt.Errorf("link %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// pathOf is the absolute path of a file on disk, "" for other sources.
func pathOf(src source) string {
	if f, ok := src.(diskFile); ok && filepath.IsAbs(string(f)) {
		return string(f)
	}
	return ""
}

func link(root *os.Root, name, from string) error {
	if parent := path.Dir(name); parent != "." {
		if err := root.MkdirAll(parent, 0o755); err != nil {
			return err
		}
	}
	return root.Symlink(from, name)
}
