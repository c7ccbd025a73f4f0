package journal

import (
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/internal/filelock"
)

// File is the file that a [Writer] writes. Tests replace it by one on a failing disk.
type File interface {
	WriteAt(b []byte, off int64) (int, error)
	Sync() error
	Close() error
	// Deleted says whether the file has no name any more.
	Deleted() bool
}

type osFile struct{ *os.File }

// CreateFile creates a log's file, which must not exist, and locks it.
func CreateFile(path string) (File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644) //nolint:gosec // the run's data is for others of the machine to read
	if err != nil {
		return nil, err
	}
	_ = filelock.Lock(f) // for programs that check whether the run is in progress; nothing depends on it
	return osFile{f}, nil
}

// SyncNames brings the names of a new file, and of the directories that were made
// for it, to the disk. Where the system cannot do that, nothing is lost but by a
// loss of power.
func SyncNames(path string) {
	for range 3 { // of a log: the run's directory, that of the runs, and where that is
		path = filepath.Dir(path)
		if dir, err := os.Open(path); err == nil {
			_ = dir.Sync()
			_ = dir.Close()
		}
	}
}

// Close also ends the claim on the file.
func (f osFile) Close() error {
	filelock.Unlock(f.File)
	return f.File.Close()
}

// Deleted is false where that cannot be found out.
func (f osFile) Deleted() bool {
	info, err := f.Stat()
	if err != nil || !hasNoName(info) {
		return false
	}
	named, err := os.Stat(f.Name()) // some network file systems count no names
	return err != nil || !os.SameFile(named, info)
}
