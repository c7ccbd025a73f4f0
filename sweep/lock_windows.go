package sweep

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// fileLock is a file that nobody else can open, which ends with its process.
type fileLock struct{ file syscall.Handle }

// lockRetry is how often a lock that someone else holds is tried again.
const lockRetry = 5 * time.Millisecond

// errSharing is ERROR_SHARING_VIOLATION: someone else has the file open.
const errSharing = syscall.Errno(32)

// acquire opens a file that it makes if it does not exist, and shares it with nobody. Without wait it
// returns an error if someone else holds the lock, also in this process.
func acquire(path string, wait bool) (*fileLock, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, &os.PathError{Op: "lock", Path: path, Err: err}
	}
	for {
		file, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
		if err == nil {
			return &fileLock{file}, nil
		}
		if !wait || !errors.Is(err, errSharing) {
			return nil, &os.PathError{Op: "lock", Path: path, Err: err}
		}
		time.Sleep(lockRetry)
	}
}

func (l *fileLock) release() { _ = syscall.CloseHandle(l.file) }
