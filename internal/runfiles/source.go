package runfiles

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"time"
)

// source is the source of a file's content.
type source interface {
	// open returns the current content and its size.
	open() (io.ReadCloser, int64, error)
	// stat returns a stamp that changes when the content does.
	stat() (stamp, error)
}

// stamp changes when a file does. The zero stamp is not that of any file.
type stamp struct {
	size int64
	time time.Time
}

// diskFile is a file of the operating system, by its absolute path.
type diskFile string

func (f diskFile) open() (io.ReadCloser, int64, error) {
	// Before opening, because opening a pipe waits for its other end.
	if _, err := f.stat(); err != nil {
		return nil, 0, err
	}
	file, err := os.Open(string(f))
	if err != nil {
		return nil, 0, err
	}
	return sized(file)
}

func (f diskFile) stat() (stamp, error) { return stampOf(os.Stat(string(f))) }

// fsFile is a file of an io/fs file system.
type fsFile struct {
	fsys fs.FS
	name string
}

func (f fsFile) open() (io.ReadCloser, int64, error) {
	file, err := f.fsys.Open(f.name)
	if err != nil {
		return nil, 0, err
	}
	return sized(file)
}

func (f fsFile) stat() (stamp, error) { return stampOf(fs.Stat(f.fsys, f.name)) }

// content is a file that is in memory.
type content []byte

func (c content) open() (io.ReadCloser, int64, error) {
	return io.NopCloser(bytes.NewReader(c)), int64(len(c)), nil
}

func (c content) stat() (stamp, error) { return stamp{size: int64(len(c))}, nil }

func stampOf(info fs.FileInfo, err error) (stamp, error) {
	if err != nil {
		return stamp{}, err
	}
	if !info.Mode().IsRegular() {
		return stamp{}, &fs.PathError{Op: "read", Path: info.Name(), Err: ErrNotRegular}
	}
	return stamp{info.Size(), info.ModTime()}, nil
}

// sized returns an opened file and its size.
func sized(file fs.File) (io.ReadCloser, int64, error) {
	s, err := stampOf(file.Stat())
	if err != nil {
		_ = file.Close()
		return nil, 0, err
	}
	return file, s.size, nil
}
