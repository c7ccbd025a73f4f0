package filestream

import (
	"errors"
	"fmt"
)

// Errors of the methods of a [Stream].
var (
	// ErrClosed means that Finish, Abandon or Close was called.
	ErrClosed = errors.New("file stream is closed")
	// ErrHandedOver means that the stream failed and that its rows were handed over. The
	// caller must write this row to the same place.
	ErrHandedOver = errors.New("file stream is handed over")
	// ErrAbandoned means that Abandon or Close was called before Finish was done.
	ErrAbandoned = errors.New("file stream was abandoned")
	// ErrSending means that HandOver was called while the stream was sending.
	ErrSending = errors.New("file stream is still sending")
)

// LineTooLongError means that a line was not accepted because it is longer than the
// server's limit.
type LineTooLongError struct {
	File  File
	Bytes int
	Limit int
}

func (e *LineTooLongError) Error() string {
	return fmt.Sprintf("line of %d bytes for %s is longer than the limit of %d", e.Bytes, e.File, e.Limit)
}

// SpillError means that the temporary file for waiting lines failed. If an Append method
// returns it, the line was not accepted.
type SpillError struct {
	// Op is "create", "write" or "read".
	Op string
	// Dir is where the file is.
	Dir string
	// Err is the error of the file system.
	Err error
}

func (e *SpillError) Error() string {
	return fmt.Sprintf("%s temporary file for waiting lines in %s: %v", e.Op, e.Dir, e.Err)
}

// Unwrap returns the error of the file system.
func (e *SpillError) Unwrap() error { return e.Err }

// TooLargeError is returned by a [Sender] if a request is larger than the server, or a
// proxy in front of it, accepts. The stream then halves its requests.
type TooLargeError struct {
	// Err is the refusal.
	Err error
}

func (e *TooLargeError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *TooLargeError) Unwrap() error { return e.Err }

// RefusedError means that the server responded with a 2xx status and an error in the body.
type RefusedError struct {
	StatusCode int
	// Message is the server's.
	Message string
	// Body is the response, cut to a readable length.
	Body []byte
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("server reported an error with status %d: %s", e.StatusCode, e.Message)
}
