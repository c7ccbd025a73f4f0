package objectcache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// noteSize is the size of the smallest entry about which a note is kept beside the cache, so
// that it need not be hashed again. Hashing a smaller one costs less than the note.
const noteSize = 8 << 20

// settled is the age from which a file's time of modification tells whether it was changed:
// a second change within a tick of the file system's clock does not show.
const settled = 2 * time.Second

// stamp is the state of a file that was verified, in a note.
func stamp(info fs.FileInfo) string {
	return fmt.Sprintf("%d %d\n", info.Size(), info.ModTime().UnixNano())
}

// changed reports whether the object is not in the state any more in which it was opened.
func (o *Object) changed() bool {
	now, err := o.file.Stat()
	return err != nil || stamp(now) != stamp(o.info)
}

// known reports whether a large object was verified in the state in which it was opened.
func (o *Object) known() bool {
	if o.info.Size() < noteSize {
		return false
	}
	note, err := smallfile.Read(o.cache.notePath(o.path))
	if err != nil || string(note) != stamp(o.info) {
		return false
	}
	used(o.path)
	return true
}

// remember notes that the object was verified.
func (o *Object) remember() {
	if o.info.Size() < noteSize || time.Since(o.info.ModTime()) < settled {
		return
	}
	note := o.cache.notePath(o.path)
	if os.MkdirAll(filepath.Dir(note), 0o777) == nil { //nolint:gosec // like the cache
		_ = smallfile.Write(note, []byte(stamp(o.info))) // without it, the object is hashed again
	}
}

// notePath is where the note about an entry is: outside of "obj", where the official client
// takes each file for an entry.
func (c *Cache) notePath(path string) string {
	rel, err := filepath.Rel(filepath.Join(c.dir, "obj"), path)
	if err != nil {
		rel = filepath.Base(path)
	}
	return filepath.Join(c.dir, "verified", rel)
}

// verify writes the object to w and hashes it. A wrong one is removed, and the error wraps
// fs.ErrNotExist.
func (o *Object) verify(ctx context.Context, w io.Writer) error {
	h, err := o.key.Algorithm.New()
	if err != nil {
		return errors.Join(fs.ErrNotExist, err)
	}
	n, err := io.CopyBuffer(io.MultiWriter(h, w), manifest.Stoppable(ctx, o.file), make([]byte, min(o.info.Size()+1, 1<<20)))
	if err != nil {
		return err
	}
	if n != o.key.Size || manifest.Digest(h.Sum(nil)) != o.key.Digest {
		o.forget()
		return missing(o.path)
	}
	if !o.changed() {
		o.remember()
		used(o.path)
	}
	return nil
}

// forget removes a wrong object, unless its path is another's by now.
func (o *Object) forget() {
	if info, err := os.Lstat(o.path); err == nil && os.SameFile(info, o.info) {
		_ = os.Remove(o.path)
		_ = os.Remove(o.cache.notePath(o.path))
	}
}
