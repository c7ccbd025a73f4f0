package syncrun

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// errOutside means that a link leads out of the run's directory.
var errOutside = errors.New("a link leads out of the run's directory")

// source returns the path of a file of the run. Its error is errOutside if a link on
// the way leads out of the run's directory: a directory that somebody else made must not
// upload the files of the person who syncs it.
//
// A live run links the files that the program saved into its directory, by their absolute
// path. With saved such a link is followed, if the directories above it are the run's.
// The log does not say where these links lead.
func (l *Log) source(name string, saved bool) (string, error) {
	path := filepath.Join(l.Dir.Files(), filepath.FromSlash(name))
	root, err := os.OpenRoot(l.Dir.Path())
	if err != nil {
		return path, nil // the file cannot be opened either, which is reported there
	}
	defer func() { _ = root.Close() }()
	below, err := filepath.Rel(l.Dir.Path(), path)
	if err != nil {
		return "", errOutside
	}
	info, err := root.Lstat(below)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && info.Mode()&fs.ModeSymlink == 0:
		return path, nil
	case err != nil:
		return "", outside(err)
	}
	if _, err = root.Stat(below); err == nil || errors.Is(err, fs.ErrNotExist) {
		return path, nil
	}
	if to, linkErr := root.Readlink(below); saved && linkErr == nil && filepath.IsAbs(to) {
		return path, nil
	}
	return "", outside(err)
}

// outside is errOutside, or why the system denied access.
func outside(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return err
	}
	return errOutside
}
