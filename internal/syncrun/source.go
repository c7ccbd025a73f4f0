package syncrun

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/wandgo/wandgo/internal/secret"
)

// errOutside means that a link leads out of the run's directory.
var errOutside = errors.New("a link leads out of the run's directory; to upload the file, put it in the place of the link")

// source returns the path of a file of the run. Its error is errOutside if a link on
// the way leads out of the run's directory: a directory that somebody else made must not
// upload the files of the person who syncs it.
//
// A live run links the files that the program saved into its directory, by their absolute
// path. With saved such a link is followed, if the directories above it are the run's, and
//
//   - the run noted it with the key of the account that syncs (see [rundir.Dir.HasLink]), or
//   - it leads to a file below the program's directory, which has the one for runs in it.
//     The official client, and a run without a key, note nothing.
//
// The log proves nothing: its author is the author of the directory.
func (l *Log) source(name string, saved bool, key secret.Key) (string, error) {
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
	if to, linkErr := root.Readlink(below); saved && linkErr == nil && filepath.IsAbs(to) &&
		(l.Dir.HasLink(key, name, to) || l.isBeside(to)) {
		return path, nil
	}
	return "", outside(err)
}

// homeDir is the user's home directory. A container may not set HOME.
func homeDir() (string, error) {
	if home, err := os.UserHomeDir(); err == nil {
		return home, nil
	}
	u, err := user.Current()
	if err != nil {
		return "", err
	}
	return u.HomeDir, nil
}

// isBeside reports whether a file is below the directory of the program, which the
// directory for runs is in. Hidden files and directories, such as .ssh, are not. A home
// directory has too much else in it.
func (l *Log) isBeside(file string) bool {
	runs := filepath.Dir(l.Dir.Path())
	program := filepath.Dir(runs)
	if base := filepath.Base(runs); base != "wandb" && base != ".wandb" {
		return false
	}
	if home, err := homeDir(); err != nil || sameDir(program, home) {
		return false
	}
	below, err := relative(program, file)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) // it was deleted since, which is reported where it is opened
	}
	return !strings.HasPrefix(below, ".") && !strings.Contains(filepath.ToSlash(below), "/.")
}

// relative returns the path of a file below a directory, after links were followed. Its error
// is errOutside if the file is not below the directory, or the error of following the file's links.
func relative(dir, file string) (string, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", errOutside
	}
	if file, err = filepath.EvalSymlinks(file); err != nil {
		return "", err
	}
	below, err := filepath.Rel(dir, file)
	if err != nil || !filepath.IsLocal(below) {
		return "", errOutside
	}
	return below, nil
}

func sameDir(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// outside is errOutside, or why the system denied access.
func outside(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return err
	}
	return errOutside
}
