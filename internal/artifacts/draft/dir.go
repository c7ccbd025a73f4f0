package draft

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/wandgo/wandgo/internal/smallfile"
)

// ErrCycle means that a symbolic link leads to a directory that contains it.
var ErrCycle = errors.New("a symbolic link leads to a directory above it")

// AddDir adds the files below a directory, under a prefix that may be empty. Links are
// followed.
func (d *Draft) AddDir(dir, prefix string) error {
	root, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	info, err := os.Stat(root)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "add", Path: dir, Err: errors.New("not a directory")}
	}
	if err != nil {
		return err
	}
	return d.walk(root, path.Clean("/" + prefix)[1:], []fs.FileInfo{info})
}

// walk adds the files of a directory. above are the directories that lead to it.
func (d *Draft) walk(dir, prefix string, above []fs.FileInfo) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		file, name := filepath.Join(dir, e.Name()), path.Join(prefix, e.Name())
		if e.Type().IsRegular() {
			if err := d.add(name, source{file: file}); err != nil {
				return err
			}
			continue
		}
		info, err := os.Stat(file)
		if err != nil {
			return err
		}
		switch {
		case info.Mode().IsRegular():
			err = d.add(name, source{file: file})
		case !info.IsDir():
			err = &fs.PathError{Op: "add", Path: file, Err: smallfile.ErrNotRegular}
		case slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }):
			err = fmt.Errorf("add %s: %w", file, ErrCycle)
		default:
			err = d.walk(file, name, append(slices.Clone(above), info))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// AddFS adds the files of a file system.
func (d *Draft) AddFS(fsys fs.FS, prefix string) error {
	prefix = path.Clean("/" + prefix)[1:]
	return fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := fs.Stat(fsys, name)
		if err == nil && !info.Mode().IsRegular() {
			err = &fs.PathError{Op: "add", Path: name, Err: smallfile.ErrNotRegular}
		}
		if err != nil {
			return err
		}
		return d.add(path.Join(prefix, name), source{fsys: fsys, name: name})
	})
}
