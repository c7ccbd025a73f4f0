package runstore

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"

	"github.com/wandgo/wandgo/internal/journal"
)

// openIndex opens the index of a log of a size, and returns its parts, without columns in
// memory. The error is errIndex for a file that is not a whole index of this log.
func openIndex(path string, log io.ReaderAt, size int64) (f *os.File, parts []*part, err error) {
	f, err = os.Open(path) //nolint:gosec // a path in the cache directory
	if err != nil {
		return nil, nil, fmt.Errorf("open index: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			f, err = nil, fmt.Errorf("open index: %w", err)
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return f, nil, err
	}
	dir, arrays, err := readDirectory(f, info.Size())
	if err != nil {
		return f, nil, err
	}
	r := &indexReader{b: dir, arrays: arrays, index: f}
	head, tail := uint32(r.uint()), uint32(r.uint()) //nolint:gosec // checked below
	if parts = r.parts(); r.bad || len(parts) == 0 {
		return f, nil, errIndex
	}
	end := parts[len(parts)-1].to.Offset
	if end > size {
		return f, nil, errIndex
	}
	ourHead, ourTail, err := fingerprint(log, end)
	if err == nil && (ourHead != head || ourTail != tail) {
		err = errIndex
	}
	return f, parts, err
}

// readDirectory returns the directory of an index, and how many bytes of arrays are in
// front of it.
func readDirectory(f io.ReaderAt, size int64) (dir []byte, arrays int64, err error) {
	var trailer [trailerSize]byte
	if size < trailerSize {
		return nil, 0, errIndex
	}
	if _, err := f.ReadAt(trailer[:], size-trailerSize); err != nil {
		return nil, 0, err
	}
	arrays = int64(binary.LittleEndian.Uint64(trailer[:])) //nolint:gosec // checked below
	length := int64(binary.LittleEndian.Uint32(trailer[8:]))
	if string(trailer[16:]) != indexFormat || arrays < 0 || length > maxDirectory || arrays+length != size-trailerSize {
		return nil, 0, errIndex
	}
	dir = make([]byte, length)
	if _, err := f.ReadAt(dir, arrays); err != nil {
		return nil, 0, err
	}
	if crc32.ChecksumIEEE(dir) != binary.LittleEndian.Uint32(trailer[12:]) {
		return nil, 0, errIndex
	}
	return dir, arrays, nil
}

// indexReader reads a directory. Once something is impossible, bad is set and every value
// is zero.
type indexReader struct {
	b      []byte
	arrays int64
	index  io.ReaderAt
	bad    bool
}

func (r *indexReader) fail() {
	r.bad, r.b = true, nil
}

func (r *indexReader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *indexReader) int64() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count reads a number of things that take at least one byte each.
func (r *indexReader) count() int {
	v := r.int64()
	if v < 0 || v > int64(len(r.b)) {
		r.fail()
		return 0
	}
	return int(v)
}

// rows reads a number of rows.
func (r *indexReader) rows() int {
	v := r.int64()
	if v < 0 || v > math.MaxInt32 {
		r.fail()
		return 0
	}
	return int(v)
}

func (r *indexReader) float() float64 {
	if len(r.b) < 8 {
		r.fail()
		return 0
	}
	v := math.Float64frombits(binary.LittleEndian.Uint64(r.b))
	r.b = r.b[8:]
	return v
}

func (r *indexReader) text() string {
	n := r.count()
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *indexReader) position() journal.Position {
	return journal.Position{Offset: r.int64(), Moved: r.int64() == 1}
}

func (r *indexReader) parts() []*part {
	parts := make([]*part, 0, min(r.count(), 1<<16))
	for range cap(parts) {
		p := r.part()
		if r.bad || p.from.Offset < 0 || p.to.Offset < p.from.Offset || len(parts) > 0 && p.from != parts[len(parts)-1].to {
			r.fail()
			return nil
		}
		parts = append(parts, p)
	}
	return parts
}

func (r *indexReader) part() *part {
	p := &part{index: r.index, from: r.position(), to: r.position(), begin: r.int64()}
	p.console, p.newlines = int(r.int64()), int(r.int64())
	p.first, p.last, p.missing, p.skippedTotal = r.int64(), r.int64(), r.int64(), r.int64()
	for range r.count() {
		p.skipped = append(p.skipped, journal.Skipped{Offset: r.int64(), Length: r.int64(), Reason: r.text()})
	}
	for range r.count() {
		p.rare = append(p.rare, []byte(r.text()))
	}
	for range r.count() {
		p.artifacts = append(p.artifacts, artifactAt{id: r.text(), offset: r.int64()})
	}
	for range r.count() {
		var c change
		for range r.count() {
			c.path = append(c.path, r.text())
		}
		if r.int64() == 1 {
			c.value = []byte(r.text())
		}
		p.summary = append(p.summary, c)
	}
	for _, t := range p.tables() {
		t.rows, t.last = r.rows(), -1
		for range r.count() {
			r.column(t)
		}
	}
	return p
}

func (r *indexReader) column(t *table) {
	name := r.text()
	if t.column(name) != nil {
		r.fail()
		return
	}
	c := &t.columns[t.add(name)]
	c.stat = stat{rows: r.rows(), nonfinite: r.rows(), descends: r.int64() == 1, min: r.float(), max: r.float(), last: r.float()}
	c.typ = r.text()
	for range r.count() {
		p := place{row: uint32(r.rows()), offset: r.int64()} //nolint:gosec // not above the largest int32
		if int(p.row) >= t.rows {
			r.fail()
		}
		c.at = append(c.at, p)
	}
	c.onDisk = extent{n: r.rows(), values: r.int64(), rows: r.int64()}
	e := c.onDisk
	if e.n > t.rows || e.n != c.stat.rows || e.values < 0 || e.rows < 0 || e.values > r.arrays-8*int64(e.n) || e.rows > r.arrays+1-4*int64(e.n) ||
		e.rows == 0 && e.n != t.rows {
		r.fail()
	}
}

// read reads the values of a column from its index.
func (c *column) read(index io.ReaderAt, rows int) error {
	values, err := readNumbers[float64](index, c.onDisk.values, c.onDisk.n)
	if err != nil {
		return fmt.Errorf("read index: %w", err)
	}
	if c.onDisk.rows > 0 {
		if c.rows, err = readNumbers[uint32](index, c.onDisk.rows-1, c.onDisk.n); err != nil {
			return fmt.Errorf("read index: %w", err)
		}
		for i, row := range c.rows {
			if int(row) >= rows || i > 0 && row <= c.rows[i-1] {
				c.rows = nil
				return fmt.Errorf("read index: %w", errIndex)
			}
		}
	}
	c.values = values
	return nil
}
