//go:build (!unix && !windows) || solaris || aix

package sweep

import (
	"errors"
	"os"
)

// fileLock does not exist here.
type fileLock struct{}

// acquire cannot lock: nothing would say whether the process of a trial still lives.
func acquire(path string, _ bool) (*fileLock, error) {
	return nil, &os.PathError{Op: "lock", Path: path, Err: errors.ErrUnsupported}
}

func probe(path string) error {
	return &os.PathError{Op: "lock", Path: path, Err: errors.ErrUnsupported}
}

func (*fileLock) release() {}
