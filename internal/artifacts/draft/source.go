package draft

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"github.com/wandgo/wandgo/internal/smallfile"
)

// source is where the content of a file comes from: a file of the machine, a file system
// or memory.
type source struct {
	file string // absolute
	own  bool   // no one else writes the file, so that a link to it is as good as a copy
	fsys fs.FS
	name string // in fsys
	data []byte
}

func (s *source) same(o *source) bool {
	if s.fsys != nil || o.fsys != nil {
		return s.name == o.name && s.fsys != nil && o.fsys != nil && equalFS(s.fsys, o.fsys)
	}
	return s.file == o.file && bytes.Equal(s.data, o.data)
}

func equalFS(a, b fs.FS) bool { return reflect.TypeOf(a).Comparable() && a == b }

// open opens the content. size is how large it is now.
func (s *source) open() (r io.ReadCloser, size int64, err error) {
	switch {
	case s.fsys != nil:
		f, err := s.fsys.Open(s.name)
		if err != nil {
			return nil, 0, err
		}
		info, err := f.Stat()
		if err == nil && !info.Mode().IsRegular() {
			err = &fs.PathError{Op: "open", Path: s.name, Err: smallfile.ErrNotRegular}
		}
		if err != nil {
			return nil, 0, errors.Join(err, f.Close())
		}
		return f, info.Size(), nil
	case s.file != "":
		f, info, err := smallfile.OpenStat(s.file)
		if err != nil {
			return nil, 0, err
		}
		return f, info.Size(), nil
	}
	return io.NopCloser(bytes.NewReader(s.data)), int64(len(s.data)), nil
}

// AddFile adds a file of this machine. An empty name stands for the file's own.
func (d *Draft) AddFile(path, name string) error {
	file, err := filepath.Abs(path) // the program may change its working directory
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "add", Path: path, Err: smallfile.ErrNotRegular}
	}
	if err != nil {
		return err
	}
	return d.add(cmp.Or(name, filepath.Base(file)), source{file: file})
}

// AddBytes adds a copy of b.
func (d *Draft) AddBytes(name string, b []byte) error {
	return d.add(name, source{data: bytes.Clone(b)})
}
