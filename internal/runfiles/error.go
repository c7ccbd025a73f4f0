package runfiles

import (
	stderrors "errors"
	"fmt"
	"net/http"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/transport"
)

var (
	// ErrClosed is returned by saves after Finish or Close.
	ErrClosed = stderrors.New("the run's files are closed")
	// ErrNoServer is the error of files if there is no server and Keep was not called.
	ErrNoServer = stderrors.New("there is no server to upload to")
	// ErrNotRegular is the error for a directory, a pipe or a device.
	ErrNotRegular = stderrors.New("not a regular file")
	// ErrSecret is the error for a file that is probably one of keys or passwords and
	// that only a wildcard matched.
	ErrSecret = stderrors.New("is named like a file of keys or passwords; save it by its full name")
	// ErrIgnored is the error for a name that matches a pattern to ignore.
	ErrIgnored = stderrors.New("matches ignore_globs")
	// ErrOutside is the error for a name or pattern that leads out of its base directory.
	ErrOutside = stderrors.New("leaves the base directory")
)

// inputError is an *errors.InputError that also matches one of the errors above or
// path.ErrBadPattern.
type inputError struct {
	*errors.InputError
	also error // may be nil
}

// Unwrap returns both.
func (e *inputError) Unwrap() []error {
	if e.also == nil {
		return []error{e.InputError}
	}
	return []error{e.InputError, e.also}
}

// invalid returns the error for an argument that breaks a rule.
func invalid(field, value, rule string, also error) error {
	return &inputError{&errors.InputError{Field: field, Value: secret.Redact(value), Rule: rule}, also}
}

// FileError says why one file is not on the server.
type FileError struct {
	// Name is the file's name in the run.
	Name string
	// Err is a *graphql.Error, a [*objectstore.Error], an error of the file
	// system, or the context's.
	Err error
}

func (e *FileError) Error() string {
	return fmt.Sprintf("upload %s: %v", plaintext.Escape(e.Name, plaintext.NoLimit), e.Err)
}

// Unwrap returns Err.
func (e *FileError) Unwrap() error { return e.Err }

// FilesError is the error of Finish and Keep if some files failed.
type FilesError struct {
	// Files are the failed files, sorted by name.
	Files []*FileError
}

// Error returns one line with the first file.
func (e *FilesError) Error() string {
	switch len(e.Files) {
	case 0:
		return "no file failed"
	case 1:
		return e.Files[0].Error()
	}
	return fmt.Sprintf("%d files failed; the first: %v", len(e.Files), e.Files[0])
}

// Unwrap returns the error of each file.
func (e *FilesError) Unwrap() []error {
	errs := make([]error, len(e.Files))
	for i, f := range e.Files {
		errs[i] = f
	}
	return errs
}

// answerError says that a list of addresses does not match the names in the request.
type answerError string

func (e answerError) Error() string { return string(e) }

// Unwrap returns errors.ErrUnexpectedAnswer.
func (answerError) Unwrap() error { return errors.ErrUnexpectedAnswer }

// permanent reports whether another attempt at the end of the run is useless.
func permanent(err error) bool {
	e, ok := stderrors.AsType[*graphql.Error](err)
	return !ok || e.Answered() && !transient(e)
}

// transient reports whether a later attempt may get another response.
func transient(e *graphql.Error) bool { return transport.RetryTransfer(e.StatusCode, e.Body) }

// refused reports whether the server refused the run and not one name.
func refused(e *graphql.Error) bool {
	return e.Answered() && !transient(e) && !aboutNames(e)
}

// aboutNames reports whether the server may have rejected one of the names.
func aboutNames(e *graphql.Error) bool {
	switch e.StatusCode {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
		return true
	}
	return false
}
