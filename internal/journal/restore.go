package journal

import (
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/wandgo/wandgo/internal/slowdisk"
)

// restorer is a [File] that was deleted and can still be read, as on Unix.
type restorer interface {
	// Restore creates a file of the same name with the first size bytes of this one.
	Restore(size int64) (File, error)
}

// Restore implements restorer.
func (f osFile) Restore(size int64) (File, error) {
	if err := os.MkdirAll(filepath.Dir(f.Name()), 0o755); err != nil { //nolint:gosec // as the run's directory
		return nil, err
	}
	file, err := CreateFile(f.Name())
	if err != nil {
		return nil, err
	}
	to, _ := file.(osFile)
	if _, err := io.Copy(to.File, io.NewSectionReader(f.File, 0, size)); err != nil {
		_ = to.Close()
		_ = os.Remove(f.Name())
		return nil, err
	}
	return to, nil
}

// restoreLimit is how long the copying of a deleted log may take.
const restoreLimit = time.Minute

// Restore implements restorer, with a time limit. An operation that takes longer continues, and
// its result is ignored.
func (d *limitedFile) Restore(size int64) (File, error) {
	from, ok := d.File.(restorer)
	if !ok {
		return nil, ErrDeleted
	}
	r := new(struct {
		file File
		err  error
	})
	if !d.names.Do(restoreLimit, func() { r.file, r.err = from.Restore(size) }) {
		return nil, slowdisk.Stuck(restoreLimit)
	}
	return r.file, r.err
}

// checkDeleted checks whether the file still has a name. Without one, all that was written
// would be lost when it is closed, so that it is written anew. A file that is being written
// is left alone until next time. Call it with mu held.
func (w *Writer) checkDeleted() {
	if w.gone || w.writing != nil || !w.file.Deleted() {
		return
	}
	if file, err := w.file.Restore(w.off); err == nil {
		_ = w.file.Close()
		w.file, w.unsynced = &limitedFile{File: file}, true
		if w.opts.OnRestored != nil {
			go w.opts.OnRestored(w.path)
		}
		return
	}
	w.fail("write", ErrDeleted)
	w.gone, w.buf = true, nil
}
