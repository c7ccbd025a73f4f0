package objectcache

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Usage is what a cache has.
type Usage struct {
	Entries int
	Bytes   int64
	// TempBytes are in files of downloads that are in progress, or were killed.
	TempBytes int64
}

// Usage counts the entries. A file that disappears meanwhile is not counted.
func (c *Cache) Usage(ctx context.Context) (Usage, error) {
	var u Usage
	if c == nil {
		return u, nil
	}
	err := c.walk(ctx, "obj", func(_ string, info fs.FileInfo) {
		u.Entries++
		u.Bytes += info.Size()
	})
	if err == nil {
		err = c.walk(ctx, "tmp", func(_ string, info fs.FileInfo) { u.TempBytes += info.Size() })
	}
	return u, err
}

// tempAge is the age from which a file that is not an entry yet is not in progress any more.
const tempAge = 24 * time.Hour

// Trim removes the entries that were not used for the longest time until the others have at
// most limit bytes, and what killed processes left a day ago. It returns how many bytes
// it removed.
func (c *Cache) Trim(ctx context.Context, limit int64) (removed int64, err error) {
	if c == nil {
		return 0, nil
	}
	type entry struct {
		path string
		size int64
		used time.Time
	}
	var all []entry
	var size int64
	err = c.walk(ctx, "obj", func(path string, info fs.FileInfo) {
		all = append(all, entry{path, info.Size(), lastUse(info)})
		size += info.Size()
	})
	if err != nil {
		return 0, err
	}
	old := time.Now().Add(-tempAge)
	err = c.walk(ctx, "tmp", func(path string, info fs.FileInfo) {
		if info.ModTime().Before(old) && os.Remove(path) == nil {
			removed += info.Size()
		}
	})
	if size > limit {
		slices.SortFunc(all, func(a, b entry) int { return a.used.Compare(b.used) })
	}
	for _, e := range all {
		if size <= limit || err != nil {
			break
		}
		if os.Remove(e.path) == nil {
			removed += e.size
			_ = os.Remove(c.notePath(e.path))
			_ = os.Remove(filepath.Dir(e.path)) // only if it is empty
		}
		size -= e.size
		err = ctx.Err()
	}
	c.mu.Lock()
	c.size, c.counted = size, true
	c.mu.Unlock()
	return removed, err
}

// TrimIfFull is [Cache.Trim] if this process has added to the cache and the limit may be
// exceeded. It walks the directory once per process, and again only when the limit is reached.
func (c *Cache) TrimIfFull(ctx context.Context, limit int64) error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	full := c.size > 0 && (!c.counted || c.size > limit)
	c.mu.Unlock()
	if !full {
		return nil
	}
	_, err := c.Trim(ctx, limit)
	return err
}

// walk calls visit for each regular file below a directory of the cache.
func (c *Cache) walk(ctx context.Context, dir string, visit func(path string, info fs.FileInfo)) error {
	return filepath.WalkDir(filepath.Join(c.dir, dir), func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // others add and remove files; what cannot be read is not counted
		}
		if info, err := d.Info(); err == nil {
			visit(path, info)
		}
		return nil
	})
}
