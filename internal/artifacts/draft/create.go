package draft

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

// temp is the directory of the files that a program writes into a draft.
type temp struct {
	dir   string
	files int
}

// Create adds a file that the program writes. It is complete when it is closed; until then
// the draft cannot be fixed. The content goes to the directory for temporary files, from
// which it is removed once the draft is not reachable any more.
func (d *Draft) Create(name string) (io.WriteCloser, error) {
	if err := checkPath(name); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.clientID == "" {
		return nil, ErrUnnamed
	}
	if d.temp.dir == "" {
		dir, err := os.MkdirTemp("", "wandgo-artifact-")
		if err != nil {
			return nil, err
		}
		d.temp.dir = dir
		runtime.AddCleanup(d, func(dir string) { _ = os.RemoveAll(dir) }, dir)
	}
	d.temp.files++
	f, err := os.Create(filepath.Join(d.temp.dir, strconv.Itoa(d.temp.files)))
	if err != nil {
		return nil, err
	}
	d.writing++
	return &writer{File: f, draft: d, name: name}, nil
}

// writer is a file that a program writes into a draft.
type writer struct {
	*os.File
	draft  *Draft
	name   string
	closed bool
}

// Close completes the file. A second call returns [os.ErrClosed].
func (w *writer) Close() error {
	w.draft.mu.Lock()
	first := !w.closed
	w.closed = true
	if first {
		w.draft.writing--
	}
	w.draft.mu.Unlock()
	if err := w.File.Close(); err != nil {
		return err
	}
	return w.draft.add(w.name, source{file: w.Name(), own: true})
}
