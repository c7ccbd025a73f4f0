package runfiles

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// Link creates symbolic links to saved files in dir, under their names, as the official
// client does: a sync of a run whose process was killed finds them. It skips files
// that are not on disk, those that have something at their name, and all files after Keep.
// It returns the files to which the links lead, by name.
func (u *Uploader) Link(dir string, names []string) (map[string]string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("link files: %w", err)
	}
	defer func() { _ = root.Close() }()
	links := make(map[string]string, len(names))
	var errs []error
	for _, name := range names {
		u.mu.Lock()
		var from string
		if f := u.files[name]; f != nil && u.kept == nil {
			if disk, ok := f.src.(diskFile); ok {
				from = string(disk)
			}
		}
		u.mu.Unlock()
		if from == "" {
			continue
		}
		switch err := link(root, name, from); {
		case err == nil:
			links[name] = from
		case !errors.Is(err, fs.ErrExist):
			errs = append(errs, fmt.Errorf("link %s: %w", name, err))
		}
	}
	return links, errors.Join(errs...)
}

func link(root *os.Root, name, from string) error {
	if parent := path.Dir(name); parent != "." {
		if err := root.MkdirAll(parent, 0o755); err != nil {
			return err
		}
	}
	return root.Symlink(from, name)
}
