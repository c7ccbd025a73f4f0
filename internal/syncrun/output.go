package syncrun

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/internal/console"
)

// output is the file output.log while it is made from the log. Only output needs a
// temporary directory; without one, the run is uploaded without output.log.
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

// close adds the error of closing the file.
func (o *output) close(err error) { o.err = errors.Join(o.err, err) }

// whole returns the path of the file, and false if there is none or it is empty.
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
