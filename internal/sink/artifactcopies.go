package sink

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
)

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
