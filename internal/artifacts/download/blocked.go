package download

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// blocked is the error for a file that cannot be placed, because something that a download did
// not put there has its name, or that of a directory above it.
type blocked struct {
	path, is, needed string
	err              error
}

// blockedBy explains the error of placing a file or, if dir is set, of making a directory. It
// returns the error itself if nothing is in the way.
func blockedBy(root *os.Root, name string, dir bool, err error) error {
	for end := range len(name) + 1 {
		last := end == len(name)
		if !last && !os.IsPathSeparator(name[end]) {
			continue
		}
		info, missing := root.Lstat(name[:end])
		if missing != nil {
			return err
		}
		b := &blocked{path: filepath.Join(root.Name(), name[:end]), is: kindOf(info.Mode()), needed: "directory", err: err}
		if last && !dir {
			if !info.IsDir() {
				return err // it would have been replaced
			}
			b.needed = "file"
			return b
		}
		if to, broken := root.Stat(name[:end]); broken != nil || !to.IsDir() {
			return b
		}
	}
	return err
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode.IsRegular():
		return "a file"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "a special file"
}

func (e *blocked) Error() string {
	return plaintext.Quote(e.path, 400) + " is " + e.is + ", and the download needs a " + e.needed + " of that name"
}

// Remedy says what to do about it.
func (e *blocked) Remedy() string {
	return "Move it away, or download to another directory. Files that are complete are not fetched again."
}

func (e *blocked) Unwrap() error { return e.err }
