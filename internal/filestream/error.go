package filestream

import (
	"errors"
	"fmt"
)

// What the Append methods return when the stream takes no more.
var (
	// ErrClosed: Finish, Abandon or Close was called.
	ErrClosed = errors.New("file stream is closed")
	// ErrHandedOver: the stream failed and its lines were handed over; the
	// caller is to write this line where those went.
	ErrHandedOver = errors.New("file stream is handed over")
	// ErrAbandoned: Finish did not end the run as Abandon or Close came first.
	ErrAbandoned = errors.New("file stream was abandoned")
	// ErrSending: HandOver was called while the stream still sends.
	ErrSending = errors.New("file stream is still sending")
)

// LineTooLongError says that a line passes the server's limit and was refused.
type LineTooLongError struct {
	File  File
	Bytes int
	Limit int
}

func (e *LineTooLongError) Error() string {
	return fmt.Sprintf("line of %d bytes for %s is longer than the limit of %d", e.Bytes, e.File, e.Limit)
}

// SpillError says that the temporary file for waiting lines failed. From an
// Append method it means that the line was not accepted.
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

// Unwrap gives the error of the file system.
func (e *SpillError) Unwrap() error { return e.Err }

// TooLargeError is returned by a [Sender] if a request is larger than the server, or a
// proxy before it, accepts. The stream halves its requests then.
type TooLargeError struct {
	// Err is the refusal.
	Err error
}

func (e *TooLargeError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *TooLargeError) Unwrap() error { return e.Err }

// RefusedError says that the server took the request, with a 2xx status, and
// reported an error in its answer.
type RefusedError struct {
	StatusCode int
	// Message is the server's.
	Message string
	// Body is the answer, cut to a readable length.
	Body []byte
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("server reported an error with status %d: %s", e.StatusCode, e.Message)
}
