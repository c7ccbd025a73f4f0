//go:build !plan9

package journal

import (
	"errors"
	"syscall"
)

// isFull reports whether a disk or a quota has no space left.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// isReadOnly reports whether a file system accepts no writes.
func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
