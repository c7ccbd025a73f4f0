//go:build !windows

package sweep

import (
	"os"

	"github.com/wandgo/wandgo/internal/filelock"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// fileLock is a lock on a file, which ends with its process.
type fileLock struct{ file *os.File }

// acquire locks a file that it makes if it does not exist. Without wait it returns an error if someone else
// holds the lock, also in this process.
func acquire(path string, wait bool) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	if wait {
		return locked(f, filelock.Wait)
	}
	return locked(f, filelock.Lock)
}

// probe returns an error if someone holds the lock on a file, or there is no such file. Those who probe at the same
// time do not see each other.
func probe(path string) error {
	f, err := smallfile.Open(path)
	if err != nil {
		return err
	}
	lock, err := locked(f, filelock.Probe)
	if err == nil {
		lock.release()
	}
	return err
}

// locked locks a file, or closes it and returns an error.
func locked(f *os.File, lock func(*os.File) error) (*fileLock, error) {
	if err := lock(f); err != nil {
		_ = f.Close()
		return nil, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
	return &fileLock{f}, nil
}

func (l *fileLock) release() {
	filelock.Unlock(l.file)
	_ = l.file.Close()
}
