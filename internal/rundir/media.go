package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/wandgo/wandgo/internal/media"
)

// AddMedia stores a file of a row below the directory of the files to upload, completely
// or not at all. A copy in the run's directory is moved there. The name has slashes. A file
// of the same name is the same, because its hash is part of the name.
func (d *Dir) AddMedia(name string, f *media.File) error {
	err := d.disk.Run(diskLimit, func() error { return d.addMedia(name, f) })
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func (d *Dir) addMedia(name string, f *media.File) error {
	root, err := os.OpenRoot(d.path) // no name leads out of it
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	to := path.Join("files", name)
	if info, err := root.Lstat(to); err == nil && info.Mode().IsRegular() && info.Size() == f.Size {
		return nil
	}
	if err := root.MkdirAll(path.Dir(to), 0o755); err != nil {
		return err
	}
	if f.Temporary && filepath.Dir(f.Path) == d.path {
		return root.Rename(filepath.Base(f.Path), to)
	}
	if f.Bytes == nil && f.Path != "" {
		return &fs.PathError{Op: "move", Path: f.Path, Err: errors.ErrUnsupported} // the log was continued elsewhere
	}
	tmp := to + ".tmp"
	err = root.WriteFile(tmp, f.Bytes, 0o644)
	if err == nil {
		err = root.Rename(tmp, to)
	}
	if err != nil {
		_ = root.Remove(tmp)
	}
	return err
}
