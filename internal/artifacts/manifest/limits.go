package manifest

import (
	"errors"
	"fmt"
	"io"
)

// maxSize bounds the size of one file, in bytes. Object stores allow far less; arithmetic
// with sizes up to it does not overflow.
const maxSize = 1 << 50

// MaxBytes bounds the text of a manifest, in bytes.
const MaxBytes = 4 << 30

// limits bound what is accepted from a server or a file.
type limits struct {
	entries    int
	bytes      int64 // of the whole text
	entryBytes int64 // of an entry with its path
}

// usual limits are far above what artifacts have.
var usual = limits{entries: 10_000_000, bytes: MaxBytes, entryBytes: 1 << 20}

// bounded is a reader that limits how much a decoder holds: a decoder buffers a value
// until it is complete, so a text that never completes one would fill the memory.
type bounded struct {
	r    io.Reader
	left int64 // bytes of the whole text
	at   int64 // bytes read
	step int64 // bytes of one value
	soon int64 // offset at which the value that is being read is too large
	err  error // of r, or a limit
}

// allow lets the decoder read one more value behind the offset.
func (b *bounded) allow(offset int64) { b.soon = offset + b.step }

func (b *bounded) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.left <= 0 {
		return b.full("text")
	}
	// A decoder reads ahead, so the limit of a value counts from the end of the last one.
	room := min(b.left, b.soon-b.at)
	if room <= 0 {
		return b.full("an entry")
	}
	n, err := b.r.Read(p[:min(int64(len(p)), room)])
	b.left -= int64(n)
	b.at += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

func (b *bounded) full(what string) (int, error) {
	// The text may end right here.
	var one [1]byte
	if n, err := b.r.Read(one[:]); n == 0 && err != nil {
		return 0, err
	}
	b.err = fmt.Errorf("%w: %s", ErrTooLarge, what)
	return 0, b.err
}
