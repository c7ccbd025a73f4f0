package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

const (
	// tailLines is how many lines a File keeps in memory because they may still
	// change: those of both screens.
	tailLines = int(streams) * height
	// flushSize is how much text waits at most for the disk.
	flushSize = 64 << 10
	// patchSize is how many bytes of late changes wait at most.
	patchSize = 1 << 20
	// syncEvery is how often the file follows what is on the screen.
	syncEvery = time.Second
)

// File keeps the text of a run's console on disk, one line per line, without
// times: output.log. It can be read at any moment and holds all of it after
// Close.
//
// Memory is bounded: lines older than the last 64 are on disk only. One of those
// can still change, if it is the progress bar of a stream while the other stream
// goes on; such changes are collected and put in by copying the file, at the
// latest on Close.
//
// A File is not safe for concurrent use; its Terminal takes care of that.
type File struct {
	file   *os.File
	path   string
	err    error // the first failure; nothing is written after it
	closed bool

	// The file holds the lines 0 … first-1 for good, in size bytes, of which
	// those in settled are still to be written. Behind them stands the tail.
	first   int64
	size    int64
	settled []byte
	tail    [][]byte // the lines from first on
	tailOld bool     // the tail on disk is not the one in memory
	synced  time.Time

	patches   map[int64][]byte // late changes of lines before first
	patchSize int
}

// CreateFile creates or empties the file.
func CreateFile(path string) (*File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, fmt.Errorf("create the console's file: %w", err)
	}
	return &File{file: file, path: path, patches: make(map[int64][]byte)}, nil
}

// Set sets a line, counted from 0. Lines that were skipped are empty until they
// are set. It copies the text.
func (f *File) Set(index int64, text []byte) {
	if f.err != nil || f.closed || index < 0 {
		return
	}
	if index < f.first {
		f.patchSize += len(text) - len(f.patches[index])
		f.patches[index] = oneLine(nil, text)
		if f.patchSize > patchSize {
			f.fail(f.patch())
		}
		return
	}
	for f.err == nil && index >= f.first+int64(len(f.tail)) {
		f.grow()
	}
	if f.err != nil {
		return
	}
	at := &f.tail[index-f.first]
	*at = oneLine((*at)[:0], text)
	f.tailOld = true
}

// oneLine appends text to dst. Only an escape sequence that nobody knows puts a
// newline into a line; it would spoil the numbering here.
func oneLine(dst, text []byte) []byte {
	dst = append(dst, text...)
	for i := bytes.IndexByte(dst, '\n'); i >= 0; i = bytes.IndexByte(dst, '\n') {
		dst[i] = ' '
	}
	return dst
}

// grow adds an empty line to the tail, and settles the oldest if that makes too
// many.
func (f *File) grow() {
	if len(f.tail) < tailLines {
		f.tail = append(f.tail, nil)
		return
	}
	oldest := f.tail[0]
	f.settled = append(append(f.settled, oldest...), '\n')
	copy(f.tail, f.tail[1:])
	f.tail[len(f.tail)-1] = oldest[:0]
	f.first++
	if len(f.settled) >= flushSize {
		f.fail(f.settle())
	}
}

// settle writes the lines that left the tail. They may stand where the tail
// stood, of which a longer rest can show behind them until the next Sync.
func (f *File) settle() error {
	n, err := f.file.WriteAt(f.settled, f.size)
	f.size += int64(n)
	f.settled = f.settled[:0]
	f.tailOld = true
	return err
}

// syncSometimes is Sync, if the last one is some time ago. Otherwise it returns
// how long it takes until then, or 0 if there is nothing to write.
func (f *File) syncSometimes(now time.Time) (left time.Duration) {
	if f.err != nil || !f.tailOld && len(f.settled) == 0 {
		return 0
	}
	if passed := now.Sub(f.synced); 0 <= passed && passed < syncEvery {
		return syncEvery - passed
	}
	f.synced = now
	_ = f.Sync() // is kept for Close.
	return 0
}

// Sync writes everything to disk except late changes. It returns the first
// failure of the File, after which it writes no more.
func (f *File) Sync() error {
	if f.err != nil || f.closed || !f.tailOld && len(f.settled) == 0 {
		return f.err
	}
	settled := len(f.settled)
	for _, line := range f.tail {
		f.settled = append(append(f.settled, line...), '\n')
	}
	_, err := f.file.WriteAt(f.settled, f.size)
	if err == nil {
		err = f.file.Truncate(f.size + int64(len(f.settled)))
	}
	f.size += int64(settled)
	f.settled = f.settled[:0]
	f.tailOld = false
	f.fail(err)
	return f.err
}

// patch copies the settled lines with their late changes to a new file and puts
// it in the old one's place.
func (f *File) patch() (err error) {
	if err := f.Sync(); err != nil {
		return err
	}
	next, err := os.OpenFile(f.path+".tmp", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = next.Close()
			_ = os.Remove(next.Name())
		}
	}()
	size, err := copyPatched(next, io.NewSectionReader(f.file, 0, f.size), f.patches)
	if err != nil {
		return err
	}
	// Windows renames no open files.
	if err := errors.Join(next.Close(), f.file.Close()); err != nil {
		return err
	}
	if err := os.Rename(next.Name(), f.path); err != nil {
		return err
	}
	if f.file, err = os.OpenFile(f.path, os.O_RDWR, 0); err != nil {
		return err
	}
	f.size = size
	f.patchSize, f.tailOld = 0, true
	clear(f.patches)
	return nil
}

// fail keeps the first failure.
func (f *File) fail(err error) {
	if err != nil && f.err == nil {
		f.err = fmt.Errorf("write the console's file: %w", err)
	}
}

// Close writes everything and closes the file. It returns the first failure of
// the File. Closing again returns the same.
func (f *File) Close() error {
	if f.closed {
		return f.err
	}
	if len(f.patches) > 0 && f.err == nil {
		f.fail(f.patch())
	}
	_ = f.Sync() // is in f.err.
	f.closed = true
	f.fail(f.file.Close()) // counts only if it is the first.
	return f.err
}
