//go:build unix && !solaris && !aix

package sweep

import (
	"os"
	"syscall"
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
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if err != syscall.EINTR { //nolint:errorlint // it is an Errno
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, &os.PathError{Op: "lock", Path: path, Err: err}
	}
	return &fileLock{f}, nil
}

func (l *fileLock) release() { _ = l.file.Close() }
