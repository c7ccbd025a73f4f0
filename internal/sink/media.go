package sink

import (
	"fmt"
	"path/filepath"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/media"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runfiles"
)

// maxHeldMedia is how much of media may wait in memory while the run has no directory that
// can be written, in bytes.
const maxHeldMedia = 256 << 20

// errMediaHeld means that no more media are held in memory.
var errMediaHeld = errors.New("the run's directory cannot be written, and too much waits in memory for the server")

// SaveMedia saves a file of a row: in the run's directory first, so that a sync finds it if
// the process is killed before it is uploaded. Its error says that neither disk nor server
// will have the file.
func (b *Both) SaveMedia(name string, f *media.File) error {
	if b.files == nil {
		return nil
	}
	var onDisk error
	if d := b.currentDisk(); d != nil {
		if onDisk = d.dir.AddMedia(name, f); onDisk == nil {
			return b.files.Save(name, filepath.Join(d.Files(), filepath.FromSlash(name)), runfiles.Now)
		}
		b.reportDisk(onDisk)
	}
	switch {
	case b.server == nil:
		return onDisk
	case f.Bytes == nil: // may be gone soon if it is a copy, but is read now in most cases
		return errors.Join(b.files.Save(name, f.Path, runfiles.Now), copyLost(f, onDisk))
	}
	if !b.hold(name, f.Size) {
		return errors.Join(errMediaHeld, onDisk)
	}
	return b.files.SaveBytes(name, f.Bytes, runfiles.Now)
}

// copyLost is the error of a copy that could not be moved to its place.
func copyLost(f *media.File, err error) error {
	if !f.Temporary {
		return nil
	}
	return err
}

// RecordMedia records the files of a row in the log.
func (b *Both) RecordMedia(names []string) {
	if d := b.currentDisk(); d != nil && len(names) > 0 {
		if err := d.Put(filesRecord(names, record.PolicyNow, record.FileMedia)); err != nil {
			b.reportDisk(fmt.Errorf("record media: %w", err))
		}
	}
}

// hold counts a file that waits in memory, and reports whether there is room.
func (b *Both) hold(name string, size int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.heldSize += size - b.held[name]; b.heldSize > maxHeldMedia {
		b.heldSize -= size - b.held[name]
		return false
	}
	if b.held == nil {
		b.held = make(map[string]int64)
	}
	b.held[name] = size
	return true
}

// uploaded is called for each file that the store has.
func (b *Both) uploaded(name string) {
	b.mu.Lock()
	b.heldSize -= b.held[name]
	delete(b.held, name)
	b.mu.Unlock()
	b.server.Uploaded(name)
}
