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

// keeper puts files into the run's directory on disk.
type keeper struct {
	dir  string
	root *os.Root
	mu   sync.Mutex // two saves of one name would share its temporary file
}

// Keep ends the uploads and puts every file that the server does not have into
// dir, under its name, so that it can be uploaded later. From then on each save
// puts its file there at once, and Finish does so again for the policies End
// and Live. Where dir is on the same disk, a file costs no space: Keep makes a
// hard link, and what is written into the file later is in both. Elsewhere, and
// where the system has no such links, it is copied. Once ctx has ended, links are
// still made, and [graceBytes] copied at most, the smallest files first. Keep
// returns the error of opening dir, or a [*FilesError] with those that it did not
// keep, the context's error where that is why; a file that is not there is skipped.
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
	over := u.finishing // then those that were to wait for the end had their turn
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

// wasKept reports whether Keep took over.
func (u *Uploader) wasKept() bool {
	u.stateMu.Lock()
	defer u.stateMu.Unlock()
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.kept != nil
}

// unkept returns a *FilesError with the files that are neither on the server nor
// kept, or nil.
func (u *Uploader) unkept() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	var failed []*FileError
	for _, f := range u.files {
		if f.unkept != nil {
			failed = append(failed, &FileError{f.name, fmt.Errorf("not kept on disk: %w", f.unkept)})
		}
	}
	return joined(failed)
}

// keepAll keeps the files that want names, small ones first.
func (u *Uploader) keepAll(ctx context.Context, k *keeper, want func(*file) bool) {
	type one struct {
		file *file
		src  source
		nth  int
		size int64
	}
	var all []one
	u.mu.Lock()
	for _, f := range u.files {
		if f.src != nil && want(f) {
			all = append(all, one{file: f, src: f.src, nth: f.saves})
		}
	}
	u.mu.Unlock()
	for i := range all {
		if s, err := all[i].src.stat(); err == nil {
			all[i].size = s.size
		}
	}
	slices.SortFunc(all, func(a, b one) int {
		return cmp.Or(cmp.Compare(a.size, b.size), strings.Compare(a.file.name, b.file.name))
	})
	limit := newPatience(ctx)
	for _, o := range all {
		_ = u.keepOne(limit, k, o.file, o.src, o.nth) // the file remembers it
	}
}

// keepNow keeps a file that is saved after Keep.
func (u *Uploader) keepNow(k *keeper, f *file, src source, nth int) error {
	if err := u.keepOne(nil, k, f, src, nth); err != nil {
		return fmt.Errorf("keep %s: %w", f.name, err)
	}
	return nil
}

// keepOne keeps one file as it was saved the nth time. One that is not there is
// skipped.
func (u *Uploader) keepOne(limit *patience, k *keeper, f *file, src source, nth int) error {
	err := k.keep(limit, f.name, src)
	var gone error
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrNotRegular) {
		u.skip(f.name, err)
		gone, err = err, nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if f.saves == nth { // and not anew meanwhile
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

func (k *keeper) keep(limit *patience, name string, src source) error {
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
	if f, ok := from.(*os.File); ok && k.link(name, f) { // also one of os.DirFS and the like
		return nil
	}
	return k.copy(limit, name, from, size)
}

// link makes a hard link, and reports whether name is the file now.
func (k *keeper) link(name string, f *os.File) bool {
	info, err := f.Stat()
	if err != nil {
		return false
	}
	if there, err := k.root.Stat(name); err == nil && os.SameFile(info, there) {
		return true // kept before, or saved from within the directory
	}
	from, err := filepath.EvalSymlinks(f.Name()) // a link to a link would break when the latter moves
	if err != nil {
		return false
	}
	tmp := temporary(name)
	_ = k.root.Remove(tmp)
	if os.Link(from, filepath.Join(k.dir, filepath.FromSlash(tmp))) != nil {
		return false
	}
	// The name may lead elsewhere by now, or have been relative to another directory.
	linked, err := k.root.Stat(tmp)
	if err != nil || !os.SameFile(info, linked) || k.root.Rename(tmp, name) != nil {
		_ = k.root.Remove(tmp)
		return false
	}
	return true
}

// copy writes beside the name first, so that a half copy never has it.
func (k *keeper) copy(limit *patience, name string, from io.Reader, size int64) error {
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
