// Package smallfile reads and replaces files that are expected to be small, such as notes beside
// a run's log, Git's own files and settings. Anything may stand in their place: a
// named pipe would block the reader for ever, and /dev/zero would exhaust memory.
package smallfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// DefaultLimit is the size of the largest file that [Read] reads, in bytes.
const DefaultLimit = 1 << 20

var (
	// ErrTooLarge means that the file is larger than the limit.
	ErrTooLarge = errors.New("file is too large")
	// ErrNotRegular means that the path names a directory, a device, a pipe or a socket.
	ErrNotRegular = errors.New("not a regular file")
)

// Read returns the content of a regular file of at most [DefaultLimit] bytes. It never
// waits for another process. Symbolic links are followed. The errors are:
//
//   - [ErrNotRegular];
//   - [ErrTooLarge];
//   - those of [os.Open] and [os.File.Read].
func Read(path string) ([]byte, error) { return ReadLimit(path, DefaultLimit) }

// ReadLimit is [Read] with a limit of the caller's, in bytes.
func ReadLimit(path string, limit int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("%w (limit: %d KiB)", ErrTooLarge, limit>>10)}
	}
	return data, nil
}

// Write replaces a file completely or not at all. Whatever is in the file's place is
// replaced, too: a link is not followed, because a directory of somebody else's may have
// one that leads to a file of the user's, and a named pipe is not waited for. Its errors
// are those of [os.OpenFile], [os.File.Write] and [os.Rename].
func Write(path string, content []byte) error {
	tmp := path + ".tmp"
	f, err := os.OpenFile(tmp, CreateFlags, 0o644) //nolint:gosec // holds no secret
	if errors.Is(err, fs.ErrExist) {               // of a process that was killed
		_ = os.Remove(tmp)
		f, err = os.OpenFile(tmp, CreateFlags, 0o644) //nolint:gosec // as above
	}
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		_ = os.Remove(tmp)
	}
	return err
}

// CreateFlags are the flags that create a file, which must not exist, for writing and reading.
// Package os opens a file with nonblock in fewer system calls, and a regular file ignores it.
const CreateFlags = os.O_RDWR | os.O_CREATE | os.O_EXCL | nonblock

// Open opens a regular file, which may have any size. Its errors are those of [Read]
// without [ErrTooLarge].
func Open(path string) (*os.File, error) {
	f, _, err := OpenStat(path)
	return f, err
}

// OpenStat is [Open], and returns what [os.File.Stat] does.
func OpenStat(path string) (*os.File, fs.FileInfo, error) {
	// Opening a device can have an effect of its own, so the type is checked before.
	if err := regular(os.Stat(path)); err != nil {
		return nil, nil, named(path, err)
	}
	// A pipe may take the file's place in between: with nonblock, opening it does not wait for a writer.
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err := regular(info, err); err != nil {
		return nil, nil, errors.Join(named(path, err), f.Close())
	}
	return f, info, nil
}

func regular(info fs.FileInfo, err error) error {
	if err == nil && !info.Mode().IsRegular() {
		err = ErrNotRegular
	}
	return err
}

// named adds the path to an error that does not have it.
func named(path string, err error) error {
	if errors.Is(err, ErrNotRegular) {
		return &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return err
}
