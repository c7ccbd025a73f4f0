package syncrun

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/internal/console"
)

// output is the file output.log while it is made of the log. It is the only thing that
// needs the temporary directory, and where that fails the run does without.
type output struct {
	dir  string
	file *console.File
	err  error // why there is no file
}

func newOutput() *output {
	o := &output{}
	if o.dir, o.err = os.MkdirTemp("", "wandgo-sync-"); o.err != nil {
		o.err = fmt.Errorf("make temporary directory: %w", o.err)
		return o
	}
	o.file, o.err = console.CreateFile(o.path())
	return o
}

func (o *output) path() string { return filepath.Join(o.dir, fileOutput) }

// close takes the outcome of closing the file.
func (o *output) close(err error) { o.err = errors.Join(o.err, err) }

// whole says where the file is; false if there is none, or it is empty.
func (o *output) whole() (path string, ok bool) {
	if o.err != nil {
		return "", false
	}
	info, err := os.Stat(o.path())
	return o.path(), err == nil && info.Size() > 0
}

func (o *output) remove() {
	if o.dir != "" {
		_ = os.RemoveAll(o.dir)
	}
}
