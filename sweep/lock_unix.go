//go:build unix && !solaris && !aix

package sweep

import (
	"os"
	"syscall"

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
	how := syscall.LOCK_EX
	if !wait {
		how |= syscall.LOCK_NB
	}
	return flock(f, how)
}

// probe returns an error if someone holds the lock on a file, or there is no such file. Those who probe at the same
// time do not see each other.
func probe(path string) error {
	f, err := smallfile.Open(path)
	if err != nil {
		return err
	}
	lock, err := flock(f, syscall.LOCK_SH|syscall.LOCK_NB)
	if err == nil {
		lock.release()
	}
	return err
}

// flock locks a file, or closes it and returns an error.
func flock(f *os.File, how int) (*fileLock, error) {
	var err error
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
	return &fileLock{f}, nil
}

// release releases the lock. Closing the file is not enough: a child process that is being
// started has the file too, from the fork until it executes.
func (l *fileLock) release() {
	_ = syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN)
	_ = l.file.Close()
}
