package runstore

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"unsafe"

	"github.com/wandgo/wandgo/internal/journal"
)

// An index file has the arrays of all columns, each at a multiple of eight bytes, then a
// directory that says what they are, then a trailer: the directory's offset, its length,
// its checksum, and the name of the format. Everything is little-endian.
const (
	indexFormat  = "wgindex4"
	trailerSize  = 8 + 4 + 4 + 8
	maxDirectory = 1 << 30
	printSize    = 4 << 10
)

// errIndex means that a file is not the index of the log.
var errIndex = errors.New("not an index of this log")

// extent is where in an index the values of a column are, and their rows if rows is not 0.
type extent struct {
	values, rows int64
	n            int
}

// fingerprint tells a log from another at the same path: checksums of its start and of
// what is in front of an offset.
func fingerprint(log io.ReaderAt, upTo int64) (head, tail uint32, err error) {
	sum := func(from, to int64) (uint32, error) {
		b := make([]byte, to-from)
		if _, err := log.ReadAt(b, from); err != nil {
			return 0, err
		}
		return crc32.ChecksumIEEE(b), nil
	}
	if head, err = sum(0, min(printSize, upTo)); err == nil {
		tail, err = sum(max(0, upTo-printSize), upTo)
	}
	return head, tail, err
}

// writeIndex writes an index for the parts of a log, whose columns are in memory or in an
// older index.
func writeIndex(path string, log io.ReaderAt, parts []*part, load func(*part) error) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
			err = fmt.Errorf("write index: %w", err)
		}
	}()
	w := &indexWriter{w: bufio.NewWriterSize(f, 1<<18)}
	end := parts[len(parts)-1].to.Offset
	head, tail, err := fingerprint(log, end)
	if err != nil {
		return err
	}
	w.uint(uint64(head))
	w.uint(uint64(tail))
	w.int(len(parts))
	for _, p := range parts {
		if err := load(p); err != nil {
			return err
		}
		p.mu.Lock()
		w.part(p)
		p.mu.Unlock()
	}
	trailer := binary.LittleEndian.AppendUint64(nil, uint64(w.at)) //nolint:gosec // an offset
	trailer = binary.LittleEndian.AppendUint32(trailer, uint32(len(w.dir)))
	trailer = binary.LittleEndian.AppendUint32(trailer, crc32.ChecksumIEEE(w.dir))
	w.bytes(w.dir)
	w.bytes(append(trailer, indexFormat...))
	if w.err == nil {
		w.err = w.w.Flush()
	}
	if err := errors.Join(w.err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// indexWriter writes arrays to w and collects the directory.
type indexWriter struct {
	w   *bufio.Writer
	at  int64
	dir []byte
	err error
}

func (w *indexWriter) bytes(b []byte) {
	if w.err == nil {
		_, w.err = w.w.Write(b)
	}
	w.at += int64(len(b))
}

func (w *indexWriter) uint(v uint64) { w.dir = binary.AppendUvarint(w.dir, v) }
func (w *indexWriter) int(v int)     { w.dir = binary.AppendVarint(w.dir, int64(v)) }
func (w *indexWriter) int64(v int64) { w.dir = binary.AppendVarint(w.dir, v) }
func (w *indexWriter) float(v float64) {
	w.dir = binary.LittleEndian.AppendUint64(w.dir, math.Float64bits(v))
}

func (w *indexWriter) text(s string) {
	w.int(len(s))
	w.dir = append(w.dir, s...)
}

func (w *indexWriter) bool(v bool) {
	if v {
		w.int(1)
		return
	}
	w.int(0)
}

func (w *indexWriter) position(p journal.Position) {
	w.int64(p.Offset)
	w.bool(p.Moved)
}

func (w *indexWriter) part(p *part) {
	w.position(p.from)
	w.position(p.to)
	w.int64(p.begin)
	w.int(p.console)
	w.int(p.newlines)
	w.int64(p.first)
	w.int64(p.last)
	w.int64(p.missing)
	w.int64(p.skippedTotal)
	w.int(len(p.skipped))
	for _, s := range p.skipped {
		w.int64(s.Offset)
		w.int64(s.Length)
		w.text(s.Reason)
	}
	w.int(len(p.rare))
	for _, b := range p.rare {
		w.text(string(b))
	}
	w.int(len(p.artifacts))
	for _, a := range p.artifacts {
		w.text(a.id)
		w.int64(a.offset)
	}
	w.int(len(p.summary))
	for _, c := range p.summary {
		w.int(len(c.path))
		for _, k := range c.path {
			w.text(k)
		}
		if c.value == nil {
			w.int(0)
			continue
		}
		w.int(1)
		w.text(string(c.value))
	}
	for _, t := range p.tables() {
		w.int(t.rows)
		w.int(len(t.columns))
		for i := range t.columns {
			w.column(&t.columns[i])
		}
	}
}

func (w *indexWriter) column(c *column) {
	w.text(c.name)
	w.int(c.stat.rows)
	w.int(c.stat.nonfinite)
	w.bool(c.stat.descends)
	w.float(c.stat.min)
	w.float(c.stat.max)
	w.float(c.stat.last)
	w.text(c.typ)
	w.int(len(c.at))
	for _, p := range c.at {
		w.int(int(p.row))
		w.int64(p.offset)
	}
	w.int(len(c.values))
	w.int64(w.at)
	w.bytes(asBytes(c.values))
	if c.rows == nil {
		w.int64(0)
		return
	}
	w.int64(w.at + 1) // 0 is none
	w.bytes(asBytes(c.rows))
	if w.at%8 != 0 {
		w.bytes(make([]byte, 8-w.at%8))
	}
}

// littleEndian reports whether the machine's numbers are as those in an index.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// asBytes returns numbers as they are in an index: their memory, or a copy on machines with
// another order of bytes.
func asBytes[T float64 | uint32](v []T) []byte {
	b := memoryOf(v)
	if !littleEndian {
		b = slices.Clone(b)
		flip(b, len(b)/max(1, len(v)))
	}
	return b
}

// readNumbers reads n numbers at an offset.
func readNumbers[T float64 | uint32](src io.ReaderAt, offset int64, n int) ([]T, error) {
	v := make([]T, n)
	if n == 0 {
		return v, nil
	}
	b := memoryOf(v)
	_, err := src.ReadAt(b, offset)
	if !littleEndian {
		flip(b, len(b)/n)
	}
	return v, err
}

func memoryOf[T float64 | uint32](v []T) []byte {
	if len(v) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), len(v)*int(unsafe.Sizeof(v[0])))
}

// flip reverses the bytes of each number of a size.
func flip(b []byte, size int) {
	for ; len(b) > 0; b = b[size:] {
		slices.Reverse(b[:size])
	}
}
