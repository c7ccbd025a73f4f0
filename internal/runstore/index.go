package runstore

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
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

// errIndex means that a file is not the index of the log. Errors about an index are never shown: without
// it, the log is read.
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
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	arrays := &arrayWriter{w: bufio.NewWriterSize(f, 1<<18)}
	dir := &directory{out: arrays}
	head, tail, err := fingerprint(log, parts[len(parts)-1].to.Offset)
	if err != nil {
		return err
	}
	dir.sum(&head)
	dir.sum(&tail)
	list(dir, &parts, func(p **part) {
		if arrays.err = errors.Join(arrays.err, load(*p)); arrays.err == nil {
			(*p).mu.Lock()
			dir.part(*p)
			(*p).mu.Unlock()
		}
	})
	trailer := binary.LittleEndian.AppendUint64(nil, uint64(arrays.at)) //nolint:gosec // an offset
	trailer = binary.LittleEndian.AppendUint32(trailer, uint32(len(dir.b)))
	trailer = binary.LittleEndian.AppendUint32(trailer, crc32.ChecksumIEEE(dir.b))
	arrays.write(dir.b)
	arrays.write(append(trailer, indexFormat...))
	if arrays.err == nil {
		arrays.err = arrays.w.Flush()
	}
	if err := errors.Join(arrays.err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// arrayWriter writes arrays until an error.
type arrayWriter struct {
	w   *bufio.Writer
	at  int64
	err error
}

// write writes bytes, or numbers in little-endian order.
func (w *arrayWriter) write(data any) {
	if w.err == nil {
		w.err = binary.Write(w.w, binary.LittleEndian, data)
	}
	w.at += int64(binary.Size(data))
}

// column writes the arrays of a column, and returns where they are.
func (w *arrayWriter) column(c *column) extent {
	e := extent{n: len(c.values), values: w.at}
	w.write(c.values)
	if c.rows != nil {
		e.rows = w.at + 1 // 0 is none
		w.write(c.rows)
		w.write(make([]byte, -w.at&7))
	}
	return e
}

// openIndex opens the index of a log of a size, and returns its parts, without columns in
// memory. The error is errIndex for a file that is not a whole index of this log.
func openIndex(path string, log io.ReaderAt, size int64) (f *os.File, parts []*part, err error) {
	f, err = os.Open(path) //nolint:gosec // a path in the cache directory
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return f, nil, err
	}
	dir, err := openDirectory(f, info.Size())
	if err != nil {
		return f, nil, err
	}
	head, tail, parts := dir.contents()
	if dir.bad || len(parts) == 0 {
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

// openDirectory returns the directory of an index of a size.
func openDirectory(f io.ReaderAt, size int64) (*directory, error) {
	var trailer [trailerSize]byte
	if size < trailerSize {
		return nil, errIndex
	}
	if _, err := f.ReadAt(trailer[:], size-trailerSize); err != nil {
		return nil, err
	}
	arrays := int64(binary.LittleEndian.Uint64(trailer[:])) //nolint:gosec // checked below
	length := int64(binary.LittleEndian.Uint32(trailer[8:]))
	if string(trailer[16:]) != indexFormat || arrays < 0 || length > maxDirectory || arrays+length != size-trailerSize {
		return nil, errIndex
	}
	b := make([]byte, length)
	if _, err := f.ReadAt(b, arrays); err != nil {
		return nil, err
	}
	if crc32.ChecksumIEEE(b) != binary.LittleEndian.Uint32(trailer[12:]) {
		return nil, errIndex
	}
	return &directory{b: b, in: f, arrays: arrays}, nil
}

// read reads the values of a column from its index.
func (c *column) read(index io.ReaderAt, rows int) error {
	values := make([]float64, c.onDisk.n)
	err := readNumbers(index, c.onDisk.values, values)
	if err != nil {
		return err
	}
	if c.onDisk.rows > 0 {
		c.rows = make([]uint32, c.onDisk.n)
		err = readNumbers(index, c.onDisk.rows-1, c.rows)
		for i, row := range c.rows {
			if err == nil && (int(row) >= rows || i > 0 && row <= c.rows[i-1]) {
				err = errIndex
			}
		}
		if err != nil {
			c.rows = nil
			return err
		}
	}
	c.values = values
	return nil
}

// readNumbers fills a slice of numbers from an offset on.
func readNumbers(index io.ReaderAt, offset int64, numbers any) error {
	return binary.Read(io.NewSectionReader(index, offset, int64(binary.Size(numbers))), binary.LittleEndian, numbers)
}
