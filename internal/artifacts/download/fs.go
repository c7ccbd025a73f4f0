package download

import (
	"context"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/record"
)

// FS returns the artifact as a file system, whose files are streamed and verified. The
// manifest is read into memory when the first file is opened. The context bounds all of it.
func (v *Version) FS(ctx context.Context) fs.FS { return &tree{ctx: ctx, v: v} }

// tree implements fs.StatFS.
type tree struct {
	ctx context.Context //nolint:containedctx // fs.FS has no contexts
	v   *Version

	mu      sync.Mutex
	entries []record.ArtifactEntry
	loaded  bool
}

func (t *tree) load() ([]record.ArtifactEntry, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.loaded {
		entries, err := t.v.All(t.ctx)
		if err != nil {
			return nil, err
		}
		t.entries, t.loaded = entries, true
	}
	return t.entries, nil
}

// find returns the entry of a name, or whether it is a directory.
func (t *tree) find(op, name string) (e *record.ArtifactEntry, dir bool, err error) {
	if !fs.ValidPath(name) {
		return nil, false, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	entries, err := t.load()
	if err != nil {
		return nil, false, &fs.PathError{Op: op, Path: name, Err: err}
	}
	if name == "." {
		return nil, true, nil
	}
	if i, ok := search(entries, name); ok {
		return &entries[i], false, nil
	}
	if i, _ := search(entries, name+"/"); i < len(entries) && strings.HasPrefix(entries[i].Path, name+"/") {
		return nil, true, nil
	}
	return nil, false, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

func search(entries []record.ArtifactEntry, name string) (int, bool) {
	return slices.BinarySearchFunc(entries, name, func(e record.ArtifactEntry, name string) int { return strings.Compare(e.Path, name) })
}

// Open implements fs.FS.
func (t *tree) Open(name string) (fs.File, error) {
	e, dir, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	if dir {
		return &openDir{info: t.info(name, nil), list: t.list(name)}, nil
	}
	r, err := t.v.openEntry(t.ctx, e)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &openFile{ReadCloser: r, info: t.info(name, e)}, nil
}

// Stat implements fs.StatFS.
func (t *tree) Stat(name string) (fs.FileInfo, error) {
	e, _, err := t.find("stat", name)
	if err != nil {
		return nil, err
	}
	return t.info(name, e), nil
}

// list returns what is in a directory that exists, in order.
func (t *tree) list(name string) []fs.DirEntry {
	prefix := ""
	if name != "." {
		prefix = name + "/"
	}
	entries := t.entries
	var list []fs.DirEntry
	for i, _ := search(entries, prefix); i < len(entries) && strings.HasPrefix(entries[i].Path, prefix); {
		base, _, below := strings.Cut(entries[i].Path[len(prefix):], "/")
		if !below {
			list = append(list, fs.FileInfoToDirEntry(t.info(base, &entries[i])))
			i++
			continue
		}
		list = append(list, fs.FileInfoToDirEntry(t.info(base, nil)))
		i, _ = search(entries, prefix+base+"0") // '0' follows '/'
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list
}

func (t *tree) info(name string, e *record.ArtifactEntry) *fileInfo {
	return &fileInfo{name: path.Base(name), e: e, at: t.v.Info().CreatedAt}
}

// fileInfo describes an entry, or a directory without one.
type fileInfo struct {
	name string
	e    *record.ArtifactEntry
	at   time.Time
}

func (i *fileInfo) Name() string { return i.name }

func (i *fileInfo) Size() int64 {
	if i.e == nil {
		return 0
	}
	return i.e.Size
}

func (i *fileInfo) Mode() fs.FileMode {
	if i.e == nil {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

func (i *fileInfo) ModTime() time.Time { return i.at }
func (i *fileInfo) IsDir() bool        { return i.e == nil }
func (i *fileInfo) Sys() any           { return nil }

type openFile struct {
	io.ReadCloser
	info *fileInfo
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }

type openDir struct {
	info *fileInfo
	list []fs.DirEntry
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }

func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.name, Err: fs.ErrInvalid}
}

// ReadDir implements fs.ReadDirFile.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		all := d.list
		d.list = nil
		return all, nil
	}
	if len(d.list) == 0 {
		return nil, io.EOF
	}
	some := d.list[:min(n, len(d.list))]
	d.list = d.list[len(some):]
	return some, nil
}
