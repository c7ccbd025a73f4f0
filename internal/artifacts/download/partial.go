package download

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/filelock"
)

// partialDir is where files are until they are complete, below the target's directory. Each
// download has a directory of its own there, with a lock, so that another one can tell which
// of them are still in progress. What a killed process left is used or removed.
const partialDir = ".wandgo-partial"

const (
	lockName   = "lock"
	keepPrefix = "resume-" // of the names of files that a later download can continue
)

type partial struct {
	dir  string   // below the root
	root *os.Root // the directory, so that creating a file need not look it up
	lock *os.File

	claimed sync.Map // names of files
}

// claim reserves a file that can be continued for one entry.
func (p *partial) claim(name string) bool {
	_, taken := p.claimed.LoadOrStore(name, true)
	return !taken
}

func (p *partial) name(base string) string { return p.dir + "/" + base }

// open makes the directory, and moves what can be continued into it.
func (p *partial) open(root *os.Root) error {
	for range 30 { // other downloads may remove what is empty, or not locked yet
		p.dir = partialDir + "/" + rand.Text()
		err := root.MkdirAll(p.dir, 0o777)
		if err == nil {
			p.lock, err = root.OpenFile(p.name(lockName), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		}
		if err == nil {
			if p.owns(root) {
				p.takeOver(root)
				if p.root, err = root.OpenRoot(p.dir); err != nil {
					p.close(root, false)
				}
				return err
			}
			_ = p.lock.Close()
			continue
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return &fs.PathError{Op: "mkdir", Path: p.dir, Err: fs.ErrNotExist}
}

// owns locks the directory. It reports false if another download took the new directory for
// an abandoned one before it was locked.
func (p *partial) owns(root *os.Root) bool {
	if err := filelock.Lock(p.lock); err != nil {
		return errors.Is(err, errors.ErrUnsupported) // without locks, its age tells
	}
	ours, err := p.lock.Stat()
	if err != nil {
		return false
	}
	there, err := root.Lstat(p.name(lockName))
	return err == nil && os.SameFile(ours, there)
}

// close removes the directory, unless another download can continue what is in it.
func (p *partial) close(root *os.Root, complete bool) {
	if p.root != nil {
		_ = p.root.Close()
	}
	removeAll(root, p.dir, !complete)
	filelock.Unlock(p.lock)
	_ = p.lock.Close()
	_ = root.Remove(partialDir) // only if it is empty
}

// removeAll removes the files of a directory, but for those that are kept if keep is set,
// and the directory if it is empty then.
func removeAll(root *os.Root, dir string, keep bool) {
	kept := false
	for _, name := range names(root, dir) {
		switch {
		case keep && strings.HasPrefix(name, keepPrefix):
			kept = true
		case name != lockName:
			_ = root.Remove(dir + "/" + name)
		}
	}
	if !kept {
		_ = root.Remove(dir + "/" + lockName)
		_ = root.Remove(dir)
	}
}

// abandoned is the age from which a download is not in progress any more, on file systems
// that have no locks.
const abandoned = 7 * 24 * time.Hour

// takeOver moves the files of ended downloads that can be continued, and removes the rest.
func (p *partial) takeOver(root *os.Root) {
	for _, name := range names(root, partialDir) {
		dir := partialDir + "/" + name
		if dir == p.dir {
			continue
		}
		lock, err := root.OpenFile(dir+"/"+lockName, os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) {
			_ = root.Remove(dir) // one that is about to be locked is not empty for long
			continue
		}
		if err != nil {
			continue
		}
		if ended(lock) {
			for _, name := range names(root, dir) {
				if strings.HasPrefix(name, keepPrefix) {
					_ = root.Rename(dir+"/"+name, p.name(name))
				}
			}
			removeAll(root, dir, false)
			filelock.Unlock(lock)
		}
		_ = lock.Close()
	}
}

// ended reports whether the process that has the lock is gone, and takes the lock.
func ended(lock *os.File) bool {
	switch err := filelock.Lock(lock); {
	case err == nil:
		return true
	case errors.Is(err, errors.ErrUnsupported):
		info, err := lock.Stat()
		return err == nil && time.Since(info.ModTime()) > abandoned
	}
	return false
}

// names lists a directory that is not a link.
func names(root *os.Root, dir string) (list []string) {
	if info, err := root.Lstat(dir); err != nil || !info.IsDir() {
		return nil
	}
	entries, _ := fs.ReadDir(root.FS(), dir) // a part of them is better than nothing
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}
