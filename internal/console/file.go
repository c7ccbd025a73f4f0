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
	// tailLines is the number of lines that a File keeps in memory because they may
	// still change: those of both screens.
	tailLines = int(streams) * height
	// flushSize is the most text that waits to be written.
	flushSize = 64 << 10
	// patchSize is the most bytes of late changes that wait to be written.
	patchSize = 1 << 20
	// syncEvery is how often the screens are written to the file.
	syncEvery = time.Second
)

// File stores the text of a run's console on disk, without times, as output.log. It is a
// valid text file at any time, and complete after Close.
//
// Memory is bounded: lines before the last 64 are on disk only. Such a line can still
// change, if it is the progress bar of one stream while the other stream writes many
// lines. These late changes are collected, and written by copying the file, at the latest
// on Close.
//
// A File is not safe for concurrent use; its Terminal serializes the calls.
type File struct {
	file   *os.File
	path   string
	err    error // the first error; nothing is written after it
	closed bool

	// The final lines 0 … first-1 take size bytes of the file, and pending has those of
	// them that are not written yet. The tail follows them.
	first   int64
	size    int64
	pending []byte
	tail    [][]byte // the lines from first on
	tailOld bool     // the tail on disk differs from the one in memory
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

// Set sets a line, counted from 0. Lines that were skipped are empty until they are set.
// text is not kept.
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

// oneLine appends text to dst with spaces for newlines. A line can contain a newline
// after an unknown escape sequence; in the file it would shift the numbers.
func oneLine(dst, text []byte) []byte {
	dst = append(dst, text...)
	for i := bytes.IndexByte(dst, '\n'); i >= 0; i = bytes.IndexByte(dst, '\n') {
		dst[i] = ' '
	}
	return dst
}

// grow adds an empty line to the tail. If the tail is full, its oldest line becomes final.
func (f *File) grow() {
	if len(f.tail) < tailLines {
		f.tail = append(f.tail, nil)
		return
	}
	oldest := f.tail[0]
	f.pending = append(append(f.pending, oldest...), '\n')
	copy(f.tail, f.tail[1:])
	f.tail[len(f.tail)-1] = oldest[:0]
	f.first++
	if len(f.pending) >= flushSize {
		f.fail(f.writePending())
	}
}

// writePending writes the final lines over the tail on disk. The rest of a longer tail can
// be left after them until the next Sync.
func (f *File) writePending() error {
	n, err := f.file.WriteAt(f.pending, f.size)
	f.size += int64(n)
	f.pending = f.pending[:0]
	f.tailOld = true
	return err
}

// syncSometimes calls Sync unless it did so within syncEvery. In that case it returns the
// time that is left, or 0 if there is nothing to write.
func (f *File) syncSometimes(now time.Time) (left time.Duration) {
	if f.err != nil || !f.tailOld && len(f.pending) == 0 {
		return 0
	}
	if passed := now.Sub(f.synced); 0 <= passed && passed < syncEvery {
		return syncEvery - passed
	}
	f.synced = now
	_ = f.Sync() // Close returns the error
	return 0
}

// Sync writes all lines to disk except late changes. It returns the first error of the
// File, after which nothing is written.
func (f *File) Sync() error {
	if f.err != nil || f.closed || !f.tailOld && len(f.pending) == 0 {
		return f.err
	}
	final := len(f.pending)
	for _, line := range f.tail {
		f.pending = append(append(f.pending, line...), '\n')
	}
	_, err := f.file.WriteAt(f.pending, f.size)
	if err == nil {
		err = f.file.Truncate(f.size + int64(len(f.pending)))
	}
	f.size += int64(final)
	f.pending = f.pending[:0]
	f.tailOld = false
	f.fail(err)
	return f.err
}

// patch copies the final lines, with their late changes, to a new file that replaces the
// old one.
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
	// Windows cannot rename open files.
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

// fail records the first error.
func (f *File) fail(err error) {
	if err != nil && f.err == nil {
		f.err = fmt.Errorf("write the console's file: %w", err)
	}
}

// Close writes all lines and late changes, and closes the file. It returns the first error
// of the File, also if it is called again.
func (f *File) Close() error {
	if f.closed {
		return f.err
	}
	if len(f.patches) > 0 && f.err == nil {
		f.fail(f.patch())
	}
	_ = f.Sync() // f.err has the error
	f.closed = true
	f.fail(f.file.Close())
	return f.err
}
