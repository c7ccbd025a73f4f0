//go:build !unix || solaris || aix

package journal

import (
	"errors"
	"os"
)

// lockFile cannot tell.
func lockFile(*os.File) error { return errors.ErrUnsupported }

func unlockFile(*os.File) {}
