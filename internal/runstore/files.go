package runstore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// File is a file of a run.
type File struct {
	Path    string  `json:"path"` // below the run's files, with slashes
	Size    int64   `json:"size"`
	Changed float64 `json:"time"` // in seconds since 1970
}

// MaxFiles is how many files [Run.Files] lists.
const MaxFiles = 5000

// Files lists the run's files. more reports whether there are others. A file that a link
// leads to outside of the run's directory is not listed.
func (r *Run) Files() (files []File, more bool, err error) {
	if r.feed != nil {
		files, more = r.fedFiles()
		return files, more, nil
	}
	seen := map[string]bool{}
	for _, l := range slices.Backward(r.logLives()) { // of files with the same path the last counts
		own, rest, err := l.run.ownFiles()
		if err != nil {
			return nil, false, err
		}
		more = more || rest
		for _, f := range own {
			if seen[f.Path] {
				continue
			}
			if len(files) >= MaxFiles {
				return files, true, nil
			}
			seen[f.Path] = true
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, more, nil
}

// ownFiles lists the files beside one log.
func (r *Run) ownFiles() (files []File, more bool, err error) {
	root, err := r.openFiles()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("list files: %w", err)
	}
	defer func() { _ = root.Close() }()
	err = fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // what cannot be read is not listed
		}
		info, err := root.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			return nil //nolint:nilerr // as above
		}
		if len(files) >= MaxFiles {
			more = true
			return fs.SkipAll
		}
		files = append(files, File{Path: path, Size: info.Size(), Changed: Seconds(info.ModTime())})
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("list files: %w", err)
	}
	return files, more, nil
}

// openFiles opens the directory of the run's files. It may be a link, but only to a
// directory of the run.
func (r *Run) openFiles() (*os.Root, error) {
	dir, err := os.OpenRoot(r.dir.Path())
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	return dir.OpenRoot(filepath.Base(r.dir.Files()))
}

// OpenFile opens one of the run's files, or returns an error that wraps [fs.ErrNotExist].
// No path and no link leads out of the run's directory. The caller closes it.
func (r *Run) OpenFile(path string) (OpenedFile, error) {
	if r.feed != nil {
		return r.openFed(r.feed.File(path))
	}
	for _, l := range slices.Backward(r.logLives()) {
		if f, err := l.run.openOwn(path); !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return nil, fmt.Errorf("open file: %w", fs.ErrNotExist)
}

// openOwn opens one of the files beside one log.
func (r *Run) openOwn(path string) (OpenedFile, error) {
	root, err := r.openFiles()
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	defer func() { _ = root.Close() }()
	return openIn(root, path)
}

// openIn opens a regular file below a directory.
func openIn(root *os.Root, path string) (OpenedFile, error) {
	info, err := root.Stat(path)
	if err == nil && !info.Mode().IsRegular() { // opening a named pipe would block
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	f, err := root.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	return diskFile{f, info.ModTime()}, nil
}

// OpenedFile is a file of a run.
type OpenedFile interface {
	io.ReadSeekCloser
	// Changed returns the time of the last change.
	Changed() time.Time
}

type diskFile struct {
	*os.File
	changed time.Time
}

// Changed returns the time of the last change.
func (f diskFile) Changed() time.Time { return f.changed }
