package sink

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
)

// CopyDir is where the copies of an artifact's files go. It need not exist. The directory
// that has it is not removed before RemoveCopies is called with it.
func (b *Both) CopyDir(name string) (string, error) {
	d := b.currentDisk()
	a := &b.artifacts
	a.mu.Lock()
	defer a.mu.Unlock()
	if d == nil && a.temp == "" {
		dir, err := os.MkdirTemp(b.cfg.Disk.TempDir, "wandgo-artifacts-")
		if err != nil {
			return "", err
		}
		a.temp = dir
	}
	parent := a.temp
	if d != nil {
		parent = d.dir.Artifacts()
	}
	dir := filepath.Join(parent, name)
	a.add(dir, 0)
	return dir, nil
}

// add counts bytes of copies. The caller holds the lock.
func (a *artifacts) add(dir string, n int64) {
	if a.copies == nil {
		a.copies = make(map[string]int64)
	}
	a.copies[dir] += n
}

// TakeRoom counts bytes that are copied to a directory of [Both.CopyDir]. It returns an error
// if the copies of all artifacts would exceed the limit; 0 means no limit.
func (b *Both) TakeRoom(dir string, n, limit int64) error {
	a := &b.artifacts
	a.mu.Lock()
	defer a.mu.Unlock()
	total := n
	for _, size := range a.copies {
		total += size
	}
	if limit > 0 && total > limit {
		return fmt.Errorf("the copies of artifacts in the run's directory would exceed the limit of %d bytes", limit)
	}
	a.add(dir, n)
	return nil
}

// RemoveCopies deletes the copies of an artifact's files.
func (b *Both) RemoveCopies(dir string) {
	if dir == "" {
		return
	}
	if err := os.RemoveAll(dir); err != nil {
		b.cfg.Log.Warn("cannot delete the copies of an artifact's files", "dir", dir, "error", err)
	}
	b.artifacts.mu.Lock()
	defer b.artifacts.mu.Unlock()
	delete(b.artifacts.copies, dir)
	if len(b.artifacts.copies) == 0 { // else one that is being staged may just have made it
		_ = os.Remove(filepath.Dir(dir))
	}
}

// syncing is how many copies are synced at a time: a file system writes them together.
const syncing = 32

// syncCopies brings the copies of an artifact's files to the disk, and the file with its
// entries if there is one.
func syncCopies(u *ArtifactUpload, entriesFile string) error {
	m := u.rec.Manifest
	paths := make(chan string)
	failed := make(chan error, syncing)
	var workers sync.WaitGroup
	for range min(syncing, len(m.Entries)) {
		workers.Go(func() {
			var first error
			for path := range paths {
				if first == nil {
					first = syncFile(path)
				}
			}
			failed <- first
		})
	}
	for i := range m.Entries {
		if path := m.Entries[i].LocalPath; path != "" && filepath.Dir(path) == u.dir {
			paths <- path
		}
	}
	if entriesFile != "" {
		paths <- entriesFile
	}
	close(paths)
	workers.Wait()
	close(failed)
	var err error
	for e := range failed {
		err = errors.Join(err, e)
	}
	if err != nil {
		return errors.Join(journal.ErrLost, fmt.Errorf("sync the copies of %s: %w", u, err))
	}
	journal.SyncNames(filepath.Join(u.dir, "0"))
	return nil
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // some systems sync only what can be written
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
