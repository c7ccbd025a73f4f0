//go:build unix && !solaris && !aix

package filelock

import (
	"errors"
	"os"
	"syscall"
)

// Lock takes the lock that belongs to the open file and ends with it. The error is [ErrInUse]
// if it is taken, and errors.ErrUnsupported if the file system has no locks.
func Lock(f *os.File) error { return lock(f, syscall.LOCK_EX|syscall.LOCK_NB) }

// Wait is [Lock], but waits while the lock is taken.
func Wait(f *os.File) error { return lock(f, syscall.LOCK_EX) }

// Probe is [Lock], but processes that probe at the same time do not see each other.
func Probe(f *os.File) error { return lock(f, syscall.LOCK_SH|syscall.LOCK_NB) }

func lock(f *os.File, how int) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	locked := error(syscall.EINTR)
	err = conn.Control(func(fd uintptr) {
		for errors.Is(locked, syscall.EINTR) {
			locked = syscall.Flock(int(fd), how)
		}
	})
	switch {
	case err != nil:
		return err
	case locked == nil:
		return nil
	case errors.Is(locked, syscall.EWOULDBLOCK):
		return ErrInUse
	}
	return errors.ErrUnsupported
}

// Unlock releases the lock. Closing the file is not enough: a child process that is being started
// has the file too, from the fork until it executes.
func Unlock(f *os.File) {
	if conn, err := f.SyscallConn(); err == nil {
		_ = conn.Control(func(fd uintptr) { _ = syscall.Flock(int(fd), syscall.LOCK_UN) })
	}
}
