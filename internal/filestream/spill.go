package filestream

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/wandgo/wandgo/internal/smallfile"
)

// spillFile is a first-in first-out file of chunks. Each has a header of two little-endian
// numbers of four bytes: its number of lines and its size.
type spillFile struct {
	dir  string
	file *smallfile.Temporary
	r, w int64
}

const spillHeader = 8

func createSpill(dir string) (*spillFile, error) {
	f, err := smallfile.NewTemporary(dir, "wandgo-*.spill")
	if err != nil {
		return nil, &SpillError{Op: "create", Dir: dir, Err: err}
	}
	return &spillFile{dir: dir, file: f}, nil
}

// pending returns the number of unread bytes.
func (s *spillFile) pending() int64 { return s.w - s.r }

// write appends c. An error leaves the file unchanged.
func (s *spillFile) write(c *chunk) error {
	var header [spillHeader]byte
	binary.LittleEndian.PutUint32(header[:], uint32(c.lines)) //nolint:gosec // a chunk has fewer lines than bytes
	binary.LittleEndian.PutUint32(header[4:], uint32(len(c.buf)))
	if _, err := s.file.WriteAt(header[:], s.w); err != nil {
		return &SpillError{Op: "write", Dir: s.dir, Err: err}
	}
	if _, err := s.file.WriteAt(c.buf, s.w+spillHeader); err != nil {
		return &SpillError{Op: "write", Dir: s.dir, Err: err}
	}
	s.w += spillHeader + int64(len(c.buf))
	return nil
}

// read fills c with the chunk at offset at, in a file that ends at end, and returns what to
// pass to consumed. It reads nothing that write changes, so that both may run at once.
func (s *spillFile) read(c *chunk, at, end int64) (next int64, err error) {
	var header [spillHeader]byte
	if _, err := s.file.ReadAt(header[:], at); err != nil {
		return 0, &SpillError{Op: "read", Dir: s.dir, Err: noEOF(err)}
	}
	size := int64(binary.LittleEndian.Uint32(header[4:]))
	if size > end-at-spillHeader {
		return 0, &SpillError{Op: "read", Dir: s.dir, Err: fmt.Errorf("chunk of %d bytes: %w", size, io.ErrUnexpectedEOF)}
	}
	if int64(cap(c.buf)) < size {
		c.buf = make([]byte, size)
	}
	c.buf = c.buf[:size]
	if _, err := s.file.ReadAt(c.buf, at+spillHeader); err != nil {
		return 0, &SpillError{Op: "read", Dir: s.dir, Err: noEOF(err)}
	}
	c.lines = int64(binary.LittleEndian.Uint32(header[:]))
	return at + spillHeader + size, nil
}

// noEOF turns an unexpected end of the file into an error.
func noEOF(err error) error {
	if err == io.EOF { //nolint:errorlint // ReadAt returns it bare
		return io.ErrUnexpectedEOF
	}
	return err
}

// consumed drops what was read. An empty file is truncated.
func (s *spillFile) consumed(next int64) {
	s.r = next
	if s.r == s.w && s.file.Truncate(0) == nil {
		s.r, s.w = 0, 0
	}
}

func (s *spillFile) close() { _ = s.file.Close() }
