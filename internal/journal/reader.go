package journal

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"

	"github.com/wandgo/wandgo/internal/record/wire"
)

// Skipped is a part of a file that was skipped.
type Skipped struct {
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
	Reason string `json:"reason"`
}

func (s Skipped) String() string {
	return fmt.Sprintf("%d bytes at offset %d: %s", s.Length, s.Offset, s.Reason)
}

// Reasons of [Skipped].
const (
	ReasonHeader   = "damaged file header"
	ReasonChecksum = "wrong checksum"
	ReasonLength   = "impossible length"
	ReasonType     = "unknown chunk type"
	ReasonZeros    = "zeros"
	ReasonTorn     = "file ends within a record"
	ReasonPieces   = "record without all its parts"
	ReasonSize     = "record above the size limit"
	ReasonRecord   = "not a record"
)

// MaxRecordBytes is the size of the largest record that is written or read.
const MaxRecordBytes = 64 << 20

// windowSize is how much of a file is at hand at one time.
const windowSize = 4 * blockSize

// maxSkipped bounds how many parts a [Reader] remembers.
const maxSkipped = 1000

// Reader reads a transaction log. It is not safe for concurrent use.
type Reader struct {
	src    io.Reader
	closer io.Closer

	window  []byte // the part of the file at hand, with what was read of it
	pos     int    // in window
	start   int64  // of window in the file
	last    bool   // nothing follows
	moved   bool   // blocks begin elsewhere, as bytes are missing or too many
	err     error  // of src
	records int64
	dec     wire.Decoder
	rec     wire.Entry
	whole   []byte // a record in the making, if it has more than one chunk
	resume  Position

	skipped   []Skipped
	skippedMs int64
}

// Open opens a file. Close must be called in the end.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path) //nolint:gosec // the caller's choice is the point
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	r := NewReader(f)
	r.closer = f
	return r, nil
}

// NewReader reads a file from its start.
func NewReader(src io.Reader) *Reader {
	return &Reader{src: src, window: make([]byte, 0, windowSize)}
}

// Position is where a [Reader] continues in a file that grows. The zero Position is the
// start of the file.
type Position struct {
	// Offset is where the next record begins, unless damage is in between.
	Offset int64 `json:"offset"`
	// Moved is set if bytes are missing or too many before Offset, so that blocks begin
	// elsewhere.
	Moved bool `json:"moved,omitempty"`
}

// NewReaderAt reads a file from a position, which [Reader.Position] returned, or from the
// start of a block.
func NewReaderAt(src io.ReaderAt, from Position) *Reader {
	r := NewReader(io.NewSectionReader(src, from.Offset, math.MaxInt64-from.Offset))
	r.start, r.moved, r.resume = from.Offset, from.Moved, from
	return r
}

// Position returns where to continue once the file has grown: after the last record that was
// read. What follows it and is not whole may be a record that is being written; [Reader.Skipped]
// lists it nevertheless.
func (r *Reader) Position() Position { return r.resume }

// Close closes a file that [Open] opened.
func (r *Reader) Close() error {
	if r.closer == nil {
		return nil
	}
	if err := r.closer.Close(); err != nil {
		return fmt.Errorf("close journal: %w", err)
	}
	return nil
}

// Skipped is what was skipped so far, the first 1000 parts, and how many there
// were in all. A file that is whole has none.
func (r *Reader) Skipped() (parts []Skipped, total int64) { return r.skipped, r.skippedMs }

// skip notes a part that was skipped, together with the one before if that ends
// where this begins.
func (r *Reader) skip(offset, length int64, reason string) {
	if n := len(r.skipped); n > 0 && r.skippedMs == int64(n) {
		if p := &r.skipped[n-1]; p.Offset+p.Length == offset && p.Reason == reason {
			p.Length += length
			return
		}
	}
	r.skippedMs++
	if len(r.skipped) < maxSkipped {
		r.skipped = append(r.skipped, Skipped{offset, length, reason})
	}
}

// All goes once through the records from where the reader is. A record and all
// it refers to is valid until the next; see [wire.Entry.Clone]. Damage does not end
// the iteration, see [Reader.Skipped]. An error comes last: [ErrFormat] if the
// file is none of this kind, or the error of reading it. A file that ends before
// its first record, as one that was never flushed does, has no records and no
// error.
func (r *Reader) All() iter.Seq2[*wire.Entry, error] {
	return func(yield func(*wire.Entry, error) bool) {
		err := r.Each(func(offset int64, payload []byte) error {
			if err := r.dec.Decode(&r.rec, payload); err != nil {
				return err
			}
			r.rec.Offset = offset
			if !yield(&r.rec, nil) {
				return ErrStop
			}
			return nil
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// ErrStop ends [Reader.Each]. The record counts as read.
var ErrStop = errors.New("stop reading")

// Each is [Reader.All] for a caller that decodes records itself: it calls read with each
// record and where it begins. The payload is valid during the call only. If read returns
// [ErrStop], Each returns nil; a record for which it returns another error counts as damage.
func (r *Reader) Each(read func(offset int64, payload []byte) error) error {
	for {
		payload, offset, ok := r.next()
		if !ok {
			break
		}
		before := r.resume
		r.resume = Position{r.here(), r.moved}
		r.records++
		if err := read(offset, payload); errors.Is(err, ErrStop) {
			return nil
		} else if err != nil {
			r.resume = before
			r.records--
			r.skip(offset, r.here()-offset, ReasonRecord)
		}
	}
	if r.err != nil {
		return fmt.Errorf("read journal: %w", r.err)
	}
	if r.records == 0 && r.skippedMs > 0 && r.skipped[0].Reason == ReasonHeader {
		return fmt.Errorf("read journal: %w", ErrFormat)
	}
	return nil
}

// fill reads on until a whole chunk is sure to be at hand, or the end of the file.
func (r *Reader) fill() {
	if r.last || len(r.window)-r.pos >= blockSize {
		return
	}
	r.start += int64(r.pos)
	have := copy(r.window, r.window[r.pos:])
	n, err := io.ReadFull(r.src, r.window[have:windowSize])
	r.window, r.pos = r.window[:have+n], 0
	if err != nil {
		r.last = true
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			r.err = err
		}
	}
	if r.start == 0 && have == 0 && n > 0 {
		r.checkHeader()
	}
}

func (r *Reader) checkHeader() {
	r.pos = min(fileHeaderSize, len(r.window))
	switch head := string(r.window[:r.pos]); {
	case head == fileHeader:
	case len(head) < fileHeaderSize && head == fileHeader[:len(head)]:
		r.skip(0, int64(len(head)), ReasonTorn)
	default: // if records follow, it was a flipped bit
		r.skip(0, int64(len(head)), ReasonHeader)
	}
}
