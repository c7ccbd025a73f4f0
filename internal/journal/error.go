package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/wandgo/wandgo/internal/plaintext"
)

var (
	// ErrClosed means that the writer was closed.
	ErrClosed = errors.New("journal is closed")
	// ErrLost means that the record was not kept, as the disk takes nothing and the memory
	// limit is reached. It comes with the [*WriteError] that says why.
	ErrLost = errors.New("record was lost")
	// ErrTooLarge means that the record is above [MaxRecordBytes] and was not kept.
	ErrTooLarge = errors.New("record is too large for the journal")
	// ErrFormat means that the file is not a .wandb file, or of a version not yet known.
	ErrFormat = errors.New("not a wandb transaction log")
	// ErrDeleted means that the file was deleted while it was written.
	ErrDeleted = errors.New("the file was deleted while the run wrote it")
)

// WriteError says that the journal could not be written.
type WriteError struct {
	// Op is "create", "write", "sync" or "close".
	Op string
	// Path is the file.
	Path string
	// Err is the error of the file system, or [ErrDeleted].
	Err error
}

func (e *WriteError) Error() string { return fmt.Sprintf("%s %s: %v", e.Op, e.Path, e.Err) }

// Remedy is what to do, in one sentence.
func (e *WriteError) Remedy() string {
	dir := plaintext.ShellPath(filepath.Dir(e.Path))
	switch {
	case errors.Is(e.Err, ErrDeleted):
		return "Keep the run's directory until the run has ended: exclude it from what deletes files, or set WANDB_DIR."
	case isFull(e.Err):
		return "Free space on the disk that holds " + dir + ", or set WANDB_DIR to another one."
	case errors.Is(e.Err, fs.ErrPermission), isReadOnly(e.Err):
		return "Make " + dir + " writable, or set WANDB_DIR to a directory that is."
	}
	return "Check the disk that holds " + dir + ", or set WANDB_DIR to another one."
}

// Unwrap returns the error of the file system.
func (e *WriteError) Unwrap() error { return e.Err }
