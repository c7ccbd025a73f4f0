package tfevents

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/wandgo/wandgo/errors"
)

// MaxRecord is the size of the largest record that is read, in bytes. Larger ones are
// skipped as damaged.
const MaxRecord = 64 << 20

// Reasons of a [damageError].
const (
	// cutOff means that the file ends within a record: it is still being written, or its writer was killed.
	cutOff = "ends in the middle of a record"
	// wrongLength means that the length does not have its checksum. Where the next record starts is not known, so the
	// rest of the file cannot be read.
	wrongLength   = "has a record with a damaged length, so the rest cannot be read"
	wrongChecksum = "has a record with a wrong checksum"
	tooLarge      = "has a record that is too large" // see MaxRecord
	noEvent       = "has a record that is not an event"
)

// damageError is a record that cannot be read.
type damageError struct {
	offset int64 // of the record in its file, in bytes
	reason string
}

func (e *damageError) Error() string { return fmt.Sprintf("%s (byte %d)", e.reason, e.offset) }

// reader reads the records of an event file.
type reader struct {
	r      *bufio.Reader
	offset int64 // of the next record, in bytes
	data   bytes.Buffer
	ended  bool
}

func newReader(r io.Reader) *reader { return &reader{r: bufio.NewReaderSize(r, 64<<10)} }

// header is a length of 8 bytes and its checksum; footer is the checksum of the contents.
const (
	header = 12
	footer = 4
)

// next returns the contents of the next record, valid until the following call. Its errors
// are
//
//   - io.EOF at the end of the file,
//   - a [*damageError]. The next call returns what follows, or io.EOF if that cannot be
//     found,
//   - that of the underlying reader.
func (r *reader) next() ([]byte, error) {
	if r.ended {
		return nil, io.EOF
	}
	var head [header]byte
	n, err := io.ReadFull(r.r, head[:])
	switch {
	case errors.Is(err, io.EOF):
		r.ended = true
		return nil, io.EOF
	case err != nil:
		return nil, r.endedBy(err)
	case maskedCRC(head[:8]) != binary.LittleEndian.Uint32(head[8:]):
		return nil, r.last(wrongLength)
	}
	at, length := r.offset, binary.LittleEndian.Uint64(head[:8])
	if length > MaxRecord {
		if length > 1<<62 { // no file is that large
			return nil, r.last(wrongLength)
		}
		skipped, err := io.CopyN(io.Discard, r.r, int64(length)+footer)
		if err != nil {
			return nil, r.endedBy(err)
		}
		r.offset += int64(n) + skipped
		return nil, &damageError{at, tooLarge}
	}
	// The buffer grows with what is there, whatever the length says.
	r.data.Reset()
	if _, err := io.CopyN(&r.data, r.r, int64(length)+footer); err != nil {
		return nil, r.endedBy(err)
	}
	r.offset += header + int64(length) + footer
	data, sum := r.data.Bytes()[:length], r.data.Bytes()[length:]
	if maskedCRC(data) != binary.LittleEndian.Uint32(sum) {
		return nil, &damageError{at, wrongChecksum}
	}
	return data, nil
}

// endedBy is the error of a record that could not be read to its end.
func (r *reader) endedBy(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return r.last(cutOff)
	}
	r.ended = true
	return err
}

// last is a damage after which nothing can be read.
func (r *reader) last(reason string) error {
	r.ended = true
	return &damageError{r.offset, reason}
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// maskedCRC is the checksum of the format: the CRC-32C, rotated and shifted, so that records
// that contain checksums have good ones, too.
func maskedCRC(data []byte) uint32 {
	sum := crc32.Checksum(data, castagnoli)
	return (sum>>15 | sum<<17) + 0xa282ead8
}
