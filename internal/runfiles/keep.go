package runfiles

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
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
// where the system has no such links, it is copied. Keep returns the error of
// opening dir, or a [*FilesError]; a file that is not there is skipped.
func (u *Uploader) Keep(dir string) error {
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
	u.mu.Unlock()
	return u.keepAll(k, func(f *file) bool {
		return f.policy != Now || f.state != idle || f.err != nil
	})
}

// finishKept is Finish after Keep.
func (u *Uploader) finishKept() (done bool, err error) {
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
	case again:
		return true, nil
	}
	return true, u.keepAll(k, func(f *file) bool { return f.policy != Now })
}

// keepAll keeps the files that want names, and forgets why they failed.
func (u *Uploader) keepAll(k *keeper, want func(*file) bool) error {
	type one struct {
		file *file
		src  source
	}
	var all []one
	u.mu.Lock()
	for _, f := range u.files {
		if f.src != nil && want(f) {
			all = append(all, one{f, f.src})
		}
	}
	u.mu.Unlock()
	var failed []*FileError
	for _, o := range all {
		if err := u.keepNow(k, o.file.name, o.src); err != nil {
			failed = append(failed, &FileError{o.file.name, err})
		}
	}
	return joined(failed)
}

// keepNow keeps one file. One that is not there is skipped.
func (u *Uploader) keepNow(k *keeper, name string, src source) error {
	err := k.keep(name, src)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrNotRegular) {
		u.skip(name, err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("keep %s: %w", name, err)
	}
	return nil
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

func (k *keeper) keep(name string, src source) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, err := src.stat(); err != nil {
		return err
	}
	if parent := path.Dir(name); parent != "." {
		if err := k.root.MkdirAll(parent, 0o755); err != nil {
			return err
		}
	}
	if f, ok := src.(diskFile); ok && k.link(name, string(f)) {
		return nil
	}
	return k.copy(name, src)
}

// link makes a hard link, and reports whether name is the file now.
func (k *keeper) link(name, from string) bool {
	from, err := filepath.EvalSymlinks(from) // a link to a link would break when the latter moves
	if err != nil {
		return false
	}
	info, err := os.Stat(from)
	if err != nil {
		return false
	}
	if there, err := k.root.Stat(name); err == nil && os.SameFile(info, there) {
		return true // kept before, or saved from within the directory
	}
	tmp := temporary(name)
	_ = k.root.Remove(tmp)
	if os.Link(from, filepath.Join(k.dir, filepath.FromSlash(tmp))) != nil {
		return false
	}
	if k.root.Rename(tmp, name) != nil {
		_ = k.root.Remove(tmp)
		return false
	}
	return true
}

// copy writes beside the name first, so that a half copy never has it.
func (k *keeper) copy(name string, src source) error {
	from, size, err := src.open()
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	tmp := temporary(name)
	_ = k.root.Remove(tmp)
	to, err := k.root.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, io.LimitReader(from, size))
	if err = errors.Join(err, to.Close()); err == nil {
		err = k.root.Rename(tmp, name)
	}
	if err != nil {
		_ = k.root.Remove(tmp)
	}
	return err
}

func temporary(name string) string { return name + ".wandgo-tmp" }
