package download

import (
	"hash"
	"io"
	"os"
)

// sink receives content and hashes it. The content comes again from its start if an attempt
// broke off: again is called before.
type sink interface {
	io.Writer
	again() error
	sum() (size int64, h hash.Hash)
	hashWith(h hash.Hash)
}

// fileSink is a file that has only the last content.
type fileSink struct {
	file  *os.File
	count io.Writer // of what arrives
	h     hash.Hash
	size  int64
}

func (s *fileSink) again() error {
	s.h.Reset()
	s.size = 0
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return s.file.Truncate(0)
}

func (s *fileSink) Write(p []byte) (int, error) {
	n, err := s.file.Write(p)
	s.size += int64(n)
	_, _ = s.h.Write(p[:n]) // a hash accepts every write
	_, _ = s.count.Write(p[:n])
	return n, err
}

func (s *fileSink) hashWith(h hash.Hash) { s.h = h }

func (s *fileSink) sum() (int64, hash.Hash) { return s.size, s.h }

// pipeSink passes content on as it comes. What came before an attempt broke off is left out
// when it comes again, so that the hash is that of what was delivered.
type pipeSink struct {
	w               io.Writer
	h               hash.Hash
	delivered, skip int64
}

func (s *pipeSink) again() error {
	s.skip = s.delivered
	return nil
}

func (s *pipeSink) Write(p []byte) (int, error) {
	old := min(s.skip, int64(len(p)))
	s.skip -= old
	n, err := s.w.Write(p[old:])
	s.delivered += int64(n)
	_, _ = s.h.Write(p[old:][:n])
	return int(old) + n, err
}

func (s *pipeSink) hashWith(h hash.Hash) { s.h = h }

func (s *pipeSink) sum() (int64, hash.Hash) { return s.delivered, s.h }
