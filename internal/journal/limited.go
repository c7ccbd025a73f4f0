package journal

import (
	"errors"
	"fmt"
	"time"

	"github.com/wandgo/wandgo/internal/slowdisk"
)

// ErrStuck means that the file system does not respond. It is a fault like any other: the
// operation may still succeed, and is tried again.
var ErrStuck = slowdisk.ErrStuck

// How long a file system may take before it counts as stuck. Writes go to the system's
// memory; a sync waits for the disk itself.
const (
	writeLimit = 2 * time.Second
	syncLimit  = 10 * time.Second
)

// limitedFile is a file whose operations return after a while, whatever the file system
// does, so that whoever logs does not wait for it. An operation that is stuck goes on in
// the background, which is safe because a write that is repeated has the same bytes for
// the same place.
type limitedFile struct {
	file  File
	write slowdisk.Line
	sync  slowdisk.Line
}

// errKept means that the file still reads what it was given to write.
var errKept = fmt.Errorf("%w (after %v)", ErrStuck, writeLimit)

// WriteAt is like [io.WriterAt], but b belongs to the file if the error is errKept.
func (d *limitedFile) WriteAt(b []byte, off int64) (int, error) {
	r := new(struct {
		n   int
		err error
	})
	began := false
	if !d.write.Do(writeLimit, func() { began = true }, func() { r.n, r.err = d.file.WriteAt(b, off) }) {
		if began {
			return 0, errKept
		}
		return 0, slowdisk.Stuck(writeLimit)
	}
	return r.n, r.err
}

func (d *limitedFile) Sync() error { return d.sync.Run(syncLimit, d.file.Sync) }

// Close closes a file that is stuck later.
func (d *limitedFile) Close() error {
	err := d.write.Run(writeLimit, d.file.Close)
	if errors.Is(err, ErrStuck) {
		d.write.Later(func() { _ = d.file.Close() }) // closing twice does no harm
	}
	return err
}

// Deleted is false while the file system does not respond.
func (d *limitedFile) Deleted() bool {
	deleted := new(bool)
	return d.write.Do(writeLimit, func() {}, func() { *deleted = d.file.Deleted() }) && *deleted
}
