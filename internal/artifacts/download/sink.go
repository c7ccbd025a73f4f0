package download

import (
	"context"
	"hash"
	"io"
	"os"

	"github.com/wandgo/wandgo/internal/objectstore"
)

// sink receives content and hashes it. The content comes again from its start if an attempt
// broke off: again is called before.
type sink struct {
	w    io.Writer
	h    hash.Hash
	size int64 // of what is in w
	// file is w if that is a file, which has only the last content. Otherwise what came before an
	// attempt broke off is left out when it comes again, so that the hash is that of what was
	// delivered.
	file *os.File
	skip int64
}

// slot waits for one of the client's slots, which the caller releases. A program decides how long
// it reads what is passed on to it, so that takes no slot of other transfers.
func (s *sink) slot(ctx context.Context, slots objectstore.Slots) (release func(), err error) {
	if s.file == nil {
		return func() {}, nil
	}
	return slots.Release, slots.Take(ctx)
}

func (s *sink) again() error {
	if s.file == nil {
		s.skip = s.size
		return nil
	}
	s.h.Reset()
	s.size = 0
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return s.file.Truncate(0)
}

func (s *sink) Write(p []byte) (int, error) {
	old := min(s.skip, int64(len(p)))
	s.skip -= old
	n, err := s.w.Write(p[old:])
	s.size += int64(n)
	_, _ = s.h.Write(p[old:][:n]) // a hash accepts every write
	return int(old) + n, err
}
