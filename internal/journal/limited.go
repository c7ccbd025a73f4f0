package journal

import (
	"errors"
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

// limitedFile is a file whose operations return after a while, whatever the file system does; but
// for WriteAt, which [Writer.writes] calls. An operation that is stuck continues in the
// background.
type limitedFile struct {
	File
	names slowdisk.Line
	sync  slowdisk.Line
}

func (d *limitedFile) Sync() error { return d.sync.Run(syncLimit, d.File.Sync) }

// Close closes a file that is stuck later.
func (d *limitedFile) Close() error {
	err := d.names.Run(writeLimit, d.File.Close)
	if errors.Is(err, ErrStuck) {
		d.names.Later(func() { _ = d.File.Close() }) // closing twice does no harm
	}
	return err
}

// Deleted is false while the file system does not respond.
func (d *limitedFile) Deleted() bool {
	deleted := new(bool)
	return d.names.Do(writeLimit, func() { *deleted = d.File.Deleted() }) && *deleted
}
