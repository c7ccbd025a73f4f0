package runfiles

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// keeper stores files in the run's directory on disk.
type keeper struct {
	dir  string
	root *os.Root
	mu   sync.Mutex // two saves of one name would share its temporary file
}

// Keep stops the uploads and stores every file that the server does not have in dir, under
// its name, so that it can be uploaded later. After Keep, each save stores its file at
// once, and Finish does so again for the policies End and Live.
//
// On the same disk a file needs no space: Keep creates a hard link, and later changes of
// the file are in both. Otherwise the file is copied. After ctx has ended, links are still
// created, and at most [graceBytes] are copied, the smallest files first. A file that does
// not exist is skipped. The error is
//
//   - that of opening dir,
//   - or a [*FilesError] with the files that were not stored.
func (u *Uploader) Keep(ctx context.Context, dir string) error {
	u.stateMu.Lock()
	defer u.stateMu.Unlock()
	u.mu.Lock()
	already, closed := u.kept != nil, u.closed
	u.mu.Unlock()
	switch {
	case already:
		return nil
	case closed:
		return fmt.Errorf("keep files: %w", ErrClosed)
	}
	k, err := newKeeper(dir)
	if err != nil {
		return err
	}
	u.stop()
	u.mu.Lock()
	u.kept = k
	over := u.finishing // the files with the policy End were uploaded
	u.mu.Unlock()
	u.keepAll(ctx, k, func(f *file) bool {
		return f.policy != Now && !over || f.state != idle || f.err != nil
	})
	return u.unkept()
}

// finishKept is Finish after Keep.
func (u *Uploader) finishKept(ctx context.Context) (done bool, err error) {
	u.stateMu.Lock()
	defer u.stateMu.Unlock()
	u.mu.Lock()
	k, again := u.kept, u.finishing
	u.finishing = u.finishing || k != nil
	closed := u.closed
	u.mu.Unlock()
	switch {
	case closed:
		return true, u.failures()
	case k == nil:
		return false, nil
	}
	u.keepAll(ctx, k, func(f *file) bool { return f.policy != Now && !again || f.unkept != nil })
	return true, u.unkept()
}

// wasKept reports whether Keep was called.
func (u *Uploader) wasKept() bool {
	u.stateMu.Lock()
	defer u.stateMu.Unlock()
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.kept != nil
}

// unkept returns a *FilesError with the files that are neither on the server nor stored, or
// nil.
func (u *Uploader) unkept() error {
	return joined(u.filesWith(func(f *file) error {
		if f.unkept == nil {
			return nil
		}
		return fmt.Errorf("not stored on disk: %w", f.unkept)
	}))
}

// keepAll stores the files for which want is true, small ones first.
func (u *Uploader) keepAll(ctx context.Context, k *keeper, want func(*file) bool) {
	type one struct {
		file *file
		src  source
		nth  int
		size int64
	}
	var all []*one
	u.mu.Lock()
	for _, f := range u.files {
		if f.src != nil && want(f) {
			all = append(all, &one{file: f, src: f.src, nth: f.saves})
		}
	}
	u.mu.Unlock()
	for _, o := range all {
		if s, err := o.src.stat(); err == nil {
			o.size = s.size
		}
	}
	slices.SortFunc(all, func(a, b *one) int {
		return cmp.Or(cmp.Compare(a.size, b.size), strings.Compare(a.file.name, b.file.name))
	})
	limit := newCopyLimit(ctx)
	for _, o := range all {
		_ = u.keepFile(limit, k, o.file, o.src, o.nth) // the file records the error
	}
}

// keepFile stores one file as of its nth save. A file that does not exist is skipped.
func (u *Uploader) keepFile(limit *copyLimit, k *keeper, f *file, src source, nth int) error {
	err := k.keep(limit, f.name, src)
	var gone error
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrNotRegular) {
		u.skip(f.name, err)
		if !k.has(f.name) { // otherwise it is stored as it was when it was saved
			gone = err
		}
		err = nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if f.saves == nth { // not saved again meanwhile
		f.gone, f.unkept = gone, err
	}
	return err
}

func newKeeper(dir string) (*keeper, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // like the run's other directories
		return nil, fmt.Errorf("keep files: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("keep files: %w", err)
	}
	return &keeper{dir: dir, root: root}, nil
}

func (k *keeper) close() { _ = k.root.Close() }

// has reports whether a file is stored. The link that replaces one until then does not count.
func (k *keeper) has(name string) bool {
	info, err := k.root.Lstat(name)
	return err == nil && info.Mode().IsRegular()
}

func (k *keeper) keep(limit *copyLimit, name string, src source) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, err := src.stat(); err != nil { // opening a pipe waits for its other end
		return err
	}
	from, size, err := src.open()
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	if parent := path.Dir(name); parent != "." {
		if err := k.root.MkdirAll(parent, 0o755); err != nil {
			return err
		}
	}
	if f, ok := from.(*os.File); ok && k.link(name, f) { // including one of os.DirFS
		return nil
	}
	return k.copy(limit, name, from, size)
}

// link creates a hard link and reports whether name is the file now.
func (k *keeper) link(name string, f *os.File) bool {
	info, err := f.Stat()
	if err != nil {
		return false
	}
	if there, err := k.root.Stat(name); err == nil && os.SameFile(info, there) {
		return true // stored before, or saved from inside the directory
	}
	from, err := filepath.EvalSymlinks(f.Name()) // a link to a symbolic link would break if that is moved
	if err != nil {
		return false
	}
	tmp := temporary(name)
	_ = k.root.Remove(tmp)
	if os.Link(from, filepath.Join(k.dir, filepath.FromSlash(tmp))) != nil {
		return false
	}
	// The path may have changed meanwhile, or be relative to another directory.
	linked, err := k.root.Stat(tmp)
	if err != nil || !os.SameFile(info, linked) || k.root.Rename(tmp, name) != nil {
		_ = k.root.Remove(tmp)
		return false
	}
	return true
}

// copy writes a temporary file first, so that a partial copy never has the name.
func (k *keeper) copy(limit *copyLimit, name string, from io.Reader, size int64) error {
	if err := limit.allow(size); err != nil {
		return err
	}
	tmp := temporary(name)
	_ = k.root.Remove(tmp)
	to, err := k.root.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, limit.reader(from, size))
	if err = errors.Join(err, to.Close()); err == nil {
		err = k.root.Rename(tmp, name)
	}
	if err != nil {
		_ = k.root.Remove(tmp)
	}
	return err
}

func temporary(name string) string { return name + ".wandgo-tmp" }
