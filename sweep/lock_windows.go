package sweep

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// fileLock is a file that no one else can open. Windows closes it when the process ends.
type fileLock struct{ file syscall.Handle }

// lockRetry is how often a lock that someone else holds is tried again.
const lockRetry = 5 * time.Millisecond

// errSharing is ERROR_SHARING_VIOLATION: someone else has the file open.
const errSharing = syscall.Errno(32)

// acquire opens a file without sharing it, and creates it if it does not exist. Without wait it
// returns an error if the lock is held, in this process or another one.
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

// probe returns an error if someone holds the lock on a file, or there is no such file. Those who probe at the same
// time do not see each other.
func probe(path string) error {
	name, err := syscall.UTF16PtrFromString(path)
	if err == nil {
		var file syscall.Handle
		share := uint32(syscall.FILE_SHARE_READ | syscall.FILE_SHARE_WRITE | syscall.FILE_SHARE_DELETE)
		if file, err = syscall.CreateFile(name, syscall.GENERIC_READ, share, nil, syscall.OPEN_EXISTING, syscall.FILE_ATTRIBUTE_NORMAL, 0); err == nil {
			return syscall.CloseHandle(file)
		}
	}
	return &os.PathError{Op: "lock", Path: path, Err: err}
}

func (l *fileLock) release() { _ = syscall.CloseHandle(l.file) }
