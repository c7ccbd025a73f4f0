package transport

import (
	"errors"
	"fmt"
	"io"
)

// receiveError says that the response's body could not be stored. A retry would not help.
type receiveError struct{ err error }

func (e *receiveError) Error() string { return "store response body: " + e.err.Error() }

// Unwrap returns the error of Receive.
func (e *receiveError) Unwrap() error { return e.err }

func isReceiveError(err error) bool {
	_, ok := errors.AsType[*receiveError](err)
	return ok
}

// receive passes the body on. It returns a receiveError unless reading failed, which may
// succeed in another attempt.
func receive(head *Response, body io.Reader, to func(*Response, io.Reader) error) error {
	r := &bodyReader{Reader: body}
	err := to(head, r)
	switch {
	case r.err != nil:
		return fmt.Errorf("read response body: %w", r.err)
	case err != nil:
		return &receiveError{err}
	}
	return nil
}

// bodyReader keeps the error of reading.
type bodyReader struct {
	io.Reader
	err error
}

func (r *bodyReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}
