package smallfile

import (
	"errors"
	"os"
)

// Temporary is a file that is gone once it is closed. It has no name where the system removes an
// open file, so that nothing is left if the process is killed.
type Temporary struct {
	*os.File
	named bool
}

// NewTemporary creates a temporary file. The arguments are those of os.CreateTemp.
func NewTemporary(dir, pattern string) (*Temporary, error) {
	f, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return nil, err
	}
	return &Temporary{File: f, named: os.Remove(f.Name()) != nil}, nil
}

// Close closes the file and removes its name, if it has one.
func (t *Temporary) Close() error {
	err := t.File.Close()
	if t.named {
		err = errors.Join(err, os.Remove(t.Name()))
	}
	return err
}
