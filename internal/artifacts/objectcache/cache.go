package objectcache

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// DefaultLimit is the size that [Cache.Trim] leaves, in bytes.
const DefaultLimit = 64 << 30

// Cache is a directory with objects. A nil Cache is one that is always empty. It is safe for
// concurrent use by several processes.
type Cache struct {
	dir string

	mu      sync.Mutex
	size    int64 // of all entries as far as known; see Trim
	counted bool
}

// Key names an object by its content.
type Key struct {
	Algorithm manifest.Algorithm
	Digest    string // in base64
	Size      int64
}

// New returns the cache below the directory that the official client calls its cache
// directory. It makes no directory. The result is nil if dir is "".
func New(dir string) *Cache {
	if dir == "" {
		return nil
	}
	return &Cache{dir: filepath.Join(dir, "artifacts")}
}

// Dir is where the cache is; "" if there is none.
func (c *Cache) Dir() string {
	if c == nil {
		return ""
	}
	return c.dir
}

// path is where the object is below "obj".
func (k Key) path() (string, error) {
	sum, err := manifest.ParseDigest(k.Digest)
	if err != nil {
		return "", err
	}
	name := hex.EncodeToString(sum)
	switch k.Algorithm {
	case manifest.MD5:
		return filepath.Join("md5", name[:2], name[2:]), nil
	case manifest.XXH128:
		return filepath.Join("xxh128", name[:2], name[2:]), nil
	}
	return "", manifest.ErrAlgorithm
}

// Object is an object that the cache has. It is not verified yet.
type Object struct {
	cache *Cache
	key   Key
	path  string
	file  *os.File
	info  fs.FileInfo // when it was opened
}

// Find opens an object that exists and has the right size. The error wraps fs.ErrNotExist if the
// cache does not have it.
func (c *Cache) Find(k Key) (*Object, error) {
	if c == nil {
		return nil, fs.ErrNotExist
	}
	rel, err := k.path()
	if err != nil {
		return nil, missing(err.Error())
	}
	path := filepath.Join(c.dir, "obj", rel)
	f, info, err := smallfile.OpenStat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err) // whatever the reason, it cannot be used
	}
	if info.Size() != k.Size {
		_ = f.Close()
		return nil, missing(path)
	}
	return &Object{cache: c, key: k, path: path, file: f, info: info}, nil
}

// Close closes the object.
func (o *Object) Close() error { return o.file.Close() }

// Open opens an object after it was verified. The error wraps fs.ErrNotExist if the cache
// does not have it.
func (c *Cache) Open(ctx context.Context, k Key) (*os.File, error) {
	o, err := c.Find(k)
	if err != nil {
		return nil, err
	}
	if !o.known() {
		if err = o.verify(ctx, io.Discard); err == nil {
			_, err = o.file.Seek(0, io.SeekStart)
		}
	}
	if err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o.file, nil
}

// Copy writes the object to a file. What is hashed is what is written, unless the object is a large
// one that was verified before and does not change meanwhile. The error wraps fs.ErrNotExist if it is
// wrong; the file may have content then.
func (o *Object) Copy(ctx context.Context, to *os.File) error {
	if !o.known() {
		return o.verify(ctx, to)
	}
	n, err := io.Copy(to, o.file) // in the kernel, which shares the blocks where it can
	if err != nil {
		return err
	}
	if n != o.key.Size || o.changed() {
		return missing(o.path)
	}
	return nil
}

func missing(path string) error { return &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist} }

// Put adds a content that was verified. From an [*os.File], the kernel copies it, which shares
// the blocks where it can.
func (c *Cache) Put(k Key, content io.Reader) error {
	if c == nil {
		return nil
	}
	rel, err := k.path()
	if err != nil {
		return err
	}
	path := filepath.Join(c.dir, "obj", rel)
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() == k.Size {
		return nil // a wrong one is found when it is read
	}
	temp, err := c.temp()
	if err != nil {
		return fmt.Errorf("add to the cache: %w", err)
	}
	n, err := io.Copy(temp, content)
	if err == nil && n != k.Size {
		err = io.ErrUnexpectedEOF
	}
	if err = errors.Join(err, temp.Close()); err == nil {
		err = c.place(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
		return fmt.Errorf("add to the cache: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.size += k.Size
	return nil
}

func (c *Cache) temp() (*os.File, error) {
	dir := filepath.Join(c.dir, "tmp")
	path := filepath.Join(dir, "wandgo-"+rand.Text())
	f, err := create(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o777); err != nil { //nolint:gosec // like the official client's
			return nil, err
		}
		f, err = create(path)
	}
	return f, err
}

// create creates a file with the usual mode; os.CreateTemp would make it private.
func create(path string) (*os.File, error) {
	return os.OpenFile(path, smallfile.CreateFlags, 0o666) //nolint:gosec // as above
}

// place renames a complete file.
func (c *Cache) place(temp, path string) error {
	err := os.Rename(temp, path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil { //nolint:gosec // as above
			return err
		}
		err = os.Rename(temp, path)
	}
	return err
}

// used marks an entry as used now, on file systems that do not do that themselves.
func used(path string) { _ = os.Chtimes(path, time.Now(), time.Time{}) }
