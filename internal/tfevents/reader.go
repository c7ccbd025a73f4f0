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

// Reasons of a [DamageError].
var (
	// ErrCutOff means that the file ends within a record: it is still being written, or
	// its writer was killed.
	ErrCutOff = errors.New("ends in the middle of a record")
	// ErrChecksum means that the contents do not have their checksum.
	ErrChecksum = errors.New("has a record with a wrong checksum")
	// ErrLength means that the length does not have its checksum. Where the next record
	// starts is not known, so the rest of the file cannot be read.
	ErrLength = errors.New("has a record with a damaged length, so the rest cannot be read")
	// ErrTooLarge means that a record is larger than [MaxRecord].
	ErrTooLarge = errors.New("has a record that is too large")
	// ErrContent means that a record is complete but is not an event.
	ErrContent = errors.New("has a record that is not an event")
)

// DamageError is a record that cannot be read.
type DamageError struct {
	Offset int64 // of the record in its file, in bytes
	Err    error // one of the reasons above
}

// Error is one line.
func (e *DamageError) Error() string { return fmt.Sprintf("%v (byte %d)", e.Err, e.Offset) }

// Unwrap returns the reason.
func (e *DamageError) Unwrap() error { return e.Err }

// Reader reads the records of an event file. It is not safe for concurrent use.
type Reader struct {
	r      *bufio.Reader
	offset int64
	data   bytes.Buffer
	ended  bool
}

// NewReader returns a reader of the records in r.
func NewReader(r io.Reader) *Reader { return &Reader{r: bufio.NewReaderSize(r, 64<<10)} }

// Offset is where the next record starts, in bytes.
func (r *Reader) Offset() int64 { return r.offset }

// header is a length of 8 bytes and its checksum; footer is the checksum of the contents.
const (
	header = 12
	footer = 4
)

// Next returns the contents of the next record, valid until the following call. Its errors
// are
//
//   - io.EOF at the end of the file,
//   - a [*DamageError]. The next call returns what follows, or io.EOF if that cannot be
//     found,
//   - that of the underlying reader.
func (r *Reader) Next() ([]byte, error) {
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
		return nil, r.cutOff(err)
	case maskedCRC(head[:8]) != binary.LittleEndian.Uint32(head[8:]):
		return nil, r.last(ErrLength)
	}
	at, length := r.offset, binary.LittleEndian.Uint64(head[:8])
	if length > MaxRecord {
		if length > 1<<62 { // no file is that large
			return nil, r.last(ErrLength)
		}
		skipped, err := io.CopyN(io.Discard, r.r, int64(length)+footer)
		if err != nil {
			return nil, r.cutOff(err)
		}
		r.offset += int64(n) + skipped
		return nil, &DamageError{at, ErrTooLarge}
	}
	// The buffer grows with what is there, whatever the length says.
	r.data.Reset()
	if _, err := io.CopyN(&r.data, r.r, int64(length)+footer); err != nil {
		return nil, r.cutOff(err)
	}
	r.offset += header + int64(length) + footer
	data, sum := r.data.Bytes()[:length], r.data.Bytes()[length:]
	if maskedCRC(data) != binary.LittleEndian.Uint32(sum) {
		return nil, &DamageError{at, ErrChecksum}
	}
	return data, nil
}

// cutOff is the error of a record that could not be read to its end.
func (r *Reader) cutOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return r.last(ErrCutOff)
	}
	r.ended = true
	return err
}

// last is a damage after which nothing can be read.
func (r *Reader) last(reason error) error {
	r.ended = true
	return &DamageError{r.offset, reason}
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// maskedCRC is the checksum of the format: the CRC-32C, rotated and shifted, so that records
// that contain checksums have good ones, too.
func maskedCRC(data []byte) uint32 {
	sum := crc32.Checksum(data, castagnoli)
	return (sum>>15 | sum<<17) + 0xa282ead8
}
