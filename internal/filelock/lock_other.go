//go:build !unix || solaris || aix

package filelock

import (
	"errors"
	"os"
)

// Lock cannot tell.
func Lock(*os.File) error { return errors.ErrUnsupported }

// Unlock does nothing.
func Unlock(*os.File) {}
