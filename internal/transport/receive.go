package transport

import (
	"fmt"
	"io"
)

// receiveError says that the response's body could not be stored. A retry would not help.
type receiveError struct{ err error }

func (e *receiveError) Error() string { return "store response body: " + e.err.Error() }

// Unwrap returns the error of Receive.
func (e *receiveError) Unwrap() error { return e.err }

// receive passes the body on. It returns a receiveError unless reading failed, which may
// succeed in another attempt.
func receive(head *Response, body io.Reader, to func(*Response, io.Reader) error) error {
	var read readFailure
	err := to(head, watchedReader{body, &read})
	if failed := read.get(); failed != nil {
		return fmt.Errorf("read response body: %w", failed)
	}
	if err != nil {
		return &receiveError{err}
	}
	return nil
}
