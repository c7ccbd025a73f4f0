//go:build !unix || solaris || aix

package filelock

import (
	"errors"
	"os"
)

// Lock cannot tell.
func Lock(*os.File) error { return errors.ErrUnsupported }

// Wait cannot tell either.
func Wait(*os.File) error { return errors.ErrUnsupported }

// Probe cannot tell either.
func Probe(*os.File) error { return errors.ErrUnsupported }

// Unlock does nothing.
func Unlock(*os.File) {}
