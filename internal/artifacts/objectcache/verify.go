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

// known reports whether a large entry was verified in the state it has now.
func (c *Cache) known(path string, info fs.FileInfo) bool {
	if info.Size() < noteSize {
		return false
	}
	note, err := smallfile.Read(c.notePath(path))
	if err != nil || string(note) != stamp(info) {
		return false
	}
	used(path)
	return true
}

// remember notes that an entry was verified.
func (c *Cache) remember(path string, info fs.FileInfo) {
	if info.Size() < noteSize || time.Since(info.ModTime()) < settled {
		return
	}
	note := c.notePath(path)
	if os.MkdirAll(filepath.Dir(note), 0o777) == nil { //nolint:gosec // like the cache
		_ = smallfile.Write(note, []byte(stamp(info))) // without it, the entry is hashed again
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

// verify writes an entry to w and hashes it. before is its state when it was opened. A wrong one is
// removed, and the error wraps fs.ErrNotExist.
func (c *Cache) verify(ctx context.Context, k Key, path string, f *os.File, before fs.FileInfo, w io.Writer) error {
	h, err := k.Algorithm.New()
	if err != nil {
		return errors.Join(fs.ErrNotExist, err)
	}
	n, err := io.CopyBuffer(io.MultiWriter(h, w), manifest.Stoppable(ctx, f), make([]byte, min(before.Size()+1, 1<<20)))
	if err != nil {
		return err
	}
	if n != k.Size || manifest.Digest(h.Sum(nil)) != k.Digest {
		c.forget(path, before)
		return missing(path)
	}
	if after, err := f.Stat(); err == nil && stamp(after) == stamp(before) {
		c.remember(path, before)
		used(path)
	}
	return nil
}

// forget removes a wrong entry, unless it is another file by now.
func (c *Cache) forget(path string, wrong fs.FileInfo) {
	if info, err := os.Lstat(path); err == nil && os.SameFile(info, wrong) {
		_ = os.Remove(path)
		_ = os.Remove(c.notePath(path))
	}
}
