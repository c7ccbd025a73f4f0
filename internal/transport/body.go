package transport

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// bodyError says that the request's own body could not be read. A retry would not
// help.
type bodyError struct{ err error }

func (e *bodyError) Error() string { return "read request body: " + e.err.Error() }

// Unwrap returns the error of Open or Read.
func (e *bodyError) Unwrap() error { return e.err }

// BodyError returns why the body of a request could not be read, or nil if that is not why
// the request failed.
func BodyError(err error) error {
	if e, ok := errors.AsType[*bodyError](err); ok {
		return e.err
	}
	return nil
}

// openBody returns a copy of req with a body of a known length. retryablehttp could
// open it too, but reads the length once for all attempts, and the length of a log
// file that is being written changes. sent gets the error of reading it.
func (c *call) openBody(req *http.Request, sent *readFailure) (*http.Request, error) {
	first, size, err := c.openOnce()
	if err != nil {
		return nil, err
	}
	copied := *req
	copied.ContentLength = size
	if size == 0 {
		// Otherwise net/http would send the body without a length, which object
		// stores refuse.
		_ = first.Close()
		copied.Body = http.NoBody
		return &copied, nil
	}
	copied.Body = limited(first, size, sent)
	// For a connection that the server closed before it read anything.
	copied.GetBody = func() (io.ReadCloser, error) {
		again, now, err := c.openOnce()
		if err != nil {
			return nil, err
		}
		if now < size {
			_ = again.Close()
			return nil, fmt.Errorf("the body shrank from %d to %d bytes", size, now)
		}
		return limited(again, size, sent), nil
	}
	return &copied, nil
}

func (c *call) openOnce() (io.ReadCloser, int64, error) {
	body, size, err := c.req.Open()
	if err == nil && size < 0 {
		_ = body.Close()
		err = errors.New("negative size")
	}
	if err != nil {
		return nil, 0, &bodyError{err}
	}
	return body, size, nil
}

func limited(body io.ReadCloser, size int64, failed *readFailure) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(watchedReader{body, failed}, size), body}
}

// readFailure keeps the error of reading a body, which its reader hides. net/http reads in a
// goroutine of its own.
type readFailure struct {
	mu  sync.Mutex
	err error
}

func (f *readFailure) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

type watchedReader struct {
	r      io.Reader
	failed *readFailure
}

func (w watchedReader) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.failed.mu.Lock()
		w.failed.err = err
		w.failed.mu.Unlock()
	}
	return n, err
}
