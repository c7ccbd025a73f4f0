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

func isBodyError(err error) bool {
	_, ok := errors.AsType[*bodyError](err)
	return ok
}

// openBody returns a copy of req with a body of a known length. retryablehttp could
// open it too, but reads the length once for all attempts, and the length of a log
// file that is being written changes.
func (c *call) openBody(req *http.Request) (*http.Request, *openBody, error) {
	first, size, err := c.openOnce()
	if err != nil {
		return nil, nil, err
	}
	sent := &openBody{}
	copied := *req
	copied.ContentLength = size
	if size == 0 {
		// Otherwise net/http would send the body without a length, which object
		// stores refuse.
		_ = first.Close()
		copied.Body = http.NoBody
		return &copied, sent, nil
	}
	copied.Body = sent.limit(first, size)
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
		return sent.limit(again, size), nil
	}
	return &copied, sent, nil
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

// openBody keeps the error of reading a body, which net/http hides.
type openBody struct {
	mu  sync.Mutex
	err error
}

func (b *openBody) failure() error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		return nil
	}
	return &bodyError{b.err}
}

func (b *openBody) limit(body io.ReadCloser, size int64) io.ReadCloser {
	return &limitedBody{Reader: io.LimitReader(watchedReader{body, b}, size), Closer: body}
}

type limitedBody struct {
	io.Reader
	io.Closer
}

type watchedReader struct {
	r io.Reader
	b *openBody
}

func (w watchedReader) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.b.mu.Lock()
		w.b.err = err
		w.b.mu.Unlock()
	}
	return n, err
}
