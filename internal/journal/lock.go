package journal

import (
	"errors"
	"fmt"
	"os"

	"github.com/wandgo/wandgo/internal/filelock"
)

// ErrInUse means that another process holds the log: the one that writes it, or
// one that uploads it.
var ErrInUse = errors.New("journal is in use")

// Lock claims a log for this process, as a [Writer] does from its creation until
// it is closed or its process ends, whatever ends it. The error is [ErrInUse] if
// somebody else holds it, errors.ErrUnsupported where the file system or the
// operating system has no locks to tell, and otherwise that of opening the file.
// unlock is not nil if err is.
func Lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // network file systems lock only what can be written
	if err != nil {                           // no permission, or a file system that is mounted read-only
		f, err = os.Open(path)
	}
	if err != nil {
		return nil, fmt.Errorf("lock journal: %w", err)
	}
	if err := filelock.Lock(f); err != nil {
		if errors.Is(err, filelock.ErrInUse) {
			err = ErrInUse
		}
		_ = f.Close()
		return nil, fmt.Errorf("lock journal: %w", err)
	}
	return func() {
		filelock.Unlock(f)
		_ = f.Close()
	}, nil
}
