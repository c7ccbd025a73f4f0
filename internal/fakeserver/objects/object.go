package objects

import (
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// InMemory is the size in bytes up to which an object is in memory.
const InMemory = 1 << 20

// Object is content that does not change. It is safe for concurrent use.
type Object struct {
	Size    int64
	MD5     [md5.Size]byte
	content io.ReaderAt
}

// FromBytes returns an object with a content that must not be changed afterwards.
func FromBytes(content []byte) *Object {
	return &Object{int64(len(content)), md5.Sum(content), bytes.NewReader(content)}
}

// Reader reads the whole content.
func (o *Object) Reader() *io.SectionReader { return o.Section(0, o.Size) }

// Section reads n bytes of the content.
func (o *Object) Section(off, n int64) *io.SectionReader {
	return io.NewSectionReader(o.content, off, n)
}

// Bytes returns a copy of the content.
func (o *Object) Bytes() ([]byte, error) {
	content := make([]byte, o.Size)
	_, err := io.ReadFull(o.Reader(), content)
	return content, err
}

// Store makes objects. The zero Store is ready for use; it must be closed.
type Store struct {
	mu     sync.Mutex
	files  []*os.File
	closed bool
}

// Read reads an object of the size, of which no more than InMemory bytes are in memory.
func (s *Store) Read(r io.Reader, size int64) (*Object, error) {
	if size <= InMemory {
		content := make([]byte, size)
		if _, err := io.ReadFull(r, content); err != nil {
			return nil, fmt.Errorf("read object: %w", err)
		}
		return FromBytes(content), nil
	}
	file, err := s.create()
	if err != nil {
		return nil, fmt.Errorf("read object: %w", err)
	}
	hash := md5.New()
	if _, err := io.CopyN(io.MultiWriter(file, hash), r, size); err != nil {
		return nil, fmt.Errorf("read object: %w", err)
	}
	return &Object{size, [md5.Size]byte(hash.Sum(nil)), file}, nil
}

// create creates a file of the store.
func (s *Store) create() (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, os.ErrClosed
	}
	file, err := os.CreateTemp("", "wandbtest-")
	if err != nil {
		return nil, err
	}
	// Where an open file can be deleted, nothing stays behind if the process is killed.
	os.Remove(file.Name()) // Close tries again
	s.files = append(s.files, file)
	return file, nil
}

// Close deletes the files. The objects in them can no longer be read.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	var errs []error
	for _, file := range s.files {
		errs = append(errs, file.Close())
		if err := os.Remove(file.Name()); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	s.files = nil
	return errors.Join(errs...)
}
