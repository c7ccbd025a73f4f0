package runfiles

import (
	stderrors "errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/secret"
)

var (
	// ErrClosed is returned by saves after Finish or Close.
	ErrClosed = stderrors.New("the run's files are closed")
	// ErrNoServer says that the uploader was made without a server, and that
	// Keep was not called.
	ErrNoServer = stderrors.New("there is no server to upload to")
	// ErrNotRegular says that a name leads to a directory, a pipe or a device.
	ErrNotRegular = stderrors.New("not a regular file")
	// ErrSecret says that a file's name is one for keys or passwords, and that only a
	// wildcard matched it.
	ErrSecret = stderrors.New("is named like a file of keys or passwords; save it under its whole name")
	// ErrIgnored says that a name matches one of the patterns to ignore.
	ErrIgnored = stderrors.New("matches ignore_globs")
	// ErrOutside says that a name or pattern leaves the directory it is relative to.
	ErrOutside = stderrors.New("leaves the base directory")
)

// inputError is an *errors.InputError that matches one of the errors above, or
// path.ErrBadPattern, as well.
type inputError struct {
	*errors.InputError
	also error // may be nil
}

// Unwrap gives both.
func (e *inputError) Unwrap() []error {
	if e.also == nil {
		return []error{e.InputError}
	}
	return []error{e.InputError, e.also}
}

// invalid says that an argument breaks a rule.
func invalid(field, value, rule string, also error) error {
	return &inputError{&errors.InputError{Field: field, Value: secret.Redact(value), Rule: rule}, also}
}

// FileError is why one file is not on the server.
type FileError struct {
	// Name is the file's name in the run.
	Name string
	// Err is a *graphql.Error, a [*StorageDeniedError], an error of the file
	// system, or the context's.
	Err error
}

func (e *FileError) Error() string { return fmt.Sprintf("upload %s: %v", e.Name, e.Err) }

// Unwrap gives Err.
func (e *FileError) Unwrap() error { return e.Err }

// FilesError is what Finish and Keep return when some files are missing.
type FilesError struct {
	// Files are the failed files in the order of their names.
	Files []*FileError
}

// Error is one line, however many files there are.
func (e *FilesError) Error() string {
	switch len(e.Files) {
	case 0:
		return "no file failed"
	case 1:
		return e.Files[0].Error()
	}
	return fmt.Sprintf("%d files failed; the first: %v", len(e.Files), e.Files[0])
}

// Unwrap gives every file's error.
func (e *FilesError) Unwrap() []error {
	errs := make([]error, len(e.Files))
	for i, f := range e.Files {
		errs[i] = f
	}
	return errs
}

// StorageDeniedError is a refusal by the object store, or by something on the
// way to it. W&B had allowed the upload and handed out the address, so that it
// says nothing about the user's rights there. It matches errors.ErrIntermediary.
type StorageDeniedError struct {
	// Name is the file's name in the run, and Host the store's.
	Name, Host string
	// Code is the store's word for it, such as "AccessDenied", or "".
	Code string
	// Answer is what the store answered.
	Answer *graphql.Error
}

func (e *StorageDeniedError) Error() string {
	what := e.Code
	if what == "" {
		what = http.StatusText(e.Answer.StatusCode)
	}
	return fmt.Sprintf("storage %s refused with HTTP %d (%s)", e.Host, e.Answer.StatusCode, what)
}

// Unwrap gives errors.ErrIntermediary and the answer.
func (e *StorageDeniedError) Unwrap() []error { return []error{errors.ErrIntermediary, e.Answer} }

// AnswerError says that the server's list of addresses does not fit the names it
// was asked for.
type AnswerError struct {
	Asked, Got int
	// Name is the name without an address, "" where the count is wrong.
	Name string
}

func (e *AnswerError) Error() string {
	if e.Name != "" {
		return fmt.Sprintf("the server gave no upload address for %q", e.Name)
	}
	return fmt.Sprintf("the server gave %d upload addresses for %d files", e.Got, e.Asked)
}

// Unwrap gives errors.ErrUnexpectedAnswer.
func (e *AnswerError) Unwrap() error { return errors.ErrUnexpectedAnswer }

// storageDenied turns an answer to an upload into the error for it.
func storageDenied(name, host string, e *graphql.Error) error {
	forbidden := e.StatusCode == http.StatusForbidden || e.StatusCode == http.StatusUnauthorized
	xml := e.Kind == graphql.KindStorageXML && e.StatusCode < 500
	if !e.Answered() || e.FromWandB() || !forbidden && !xml {
		return e
	}
	denied := &StorageDeniedError{Name: name, Host: host, Answer: e}
	if e.Kind == graphql.KindStorageXML {
		denied.Code, _, _ = strings.Cut(e.Message, ":")
	}
	return denied
}

// expired reports whether the store says that the address is too old. Each has
// its own word: S3 and MinIO "Request has expired", Google "ExpiredToken", Azure
// "Signature not valid in the specified time frame".
func expired(e *graphql.Error) bool {
	text := strings.ToLower(e.Message)
	return e.Kind == graphql.KindStorageXML && e.StatusCode < 500 &&
		(strings.Contains(text, "expired") || strings.Contains(text, "time frame"))
}

// lasting reports whether trying again at the end of the run is of no use.
func lasting(err error) bool {
	e, ok := stderrors.AsType[*graphql.Error](err)
	return !ok || e.Answered() && !transient(e.StatusCode)
}

// transient reports whether a status may be another one later.
func transient(status int) bool {
	return status == http.StatusTooManyRequests || status >= 500 && status != http.StatusNotImplemented
}

// refused reports whether the server declined the run rather than one name.
func refused(e *graphql.Error) bool {
	return e.Answered() && !transient(e.StatusCode) && !aboutNames(e)
}

// aboutNames reports whether the request itself was found bad, as it is when
// the server dislikes one of the names.
func aboutNames(e *graphql.Error) bool {
	switch e.StatusCode {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
		return true
	}
	return false
}
