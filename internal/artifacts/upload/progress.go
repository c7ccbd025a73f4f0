package upload

import (
	"io"
	"sync"
)

// Progress is the progress of the uploads.
type Progress struct {
	// Artifacts is the number of artifacts submitted, and Done of those on the server.
	Artifacts, Done int
	// Bytes is the size of the contents that were started, and BytesDone the number of bytes
	// sent. A failed attempt is subtracted.
	Bytes, BytesDone int64
}

type progress struct {
	mu sync.Mutex
	p  Progress
}

func (p *progress) change(f func(*Progress)) {
	p.mu.Lock()
	f(&p.p)
	p.mu.Unlock()
}

func (p *progress) now() Progress {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.p
}

// transfer counts the bytes of one content.
func (p *progress) transfer(size int64) *transfer {
	p.change(func(n *Progress) { n.Bytes += size })
	return &transfer{p: p, size: size}
}

type transfer struct {
	p    *progress
	size int64

	nth  int // of the current attempt; net/http may still read from earlier ones
	sent int64
}

// attempt counts what is read from body. What an attempt before had sent is subtracted.
func (t *transfer) attempt(body io.ReadCloser) io.ReadCloser {
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	t.nth++
	t.p.p.BytesDone -= t.sent
	t.sent = 0
	return &counted{ReadCloser: body, t: t, nth: t.nth}
}

// end counts the content as sent, or not at all.
func (t *transfer) end(ok bool) {
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	t.nth++
	if ok {
		t.p.p.BytesDone += t.size - t.sent
	} else {
		t.p.p.BytesDone -= t.sent
		t.p.p.Bytes -= t.size
	}
}

type counted struct {
	io.ReadCloser
	t   *transfer
	nth int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	p := c.t.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.nth == c.t.nth {
		add := min(int64(n), c.t.size-c.t.sent)
		c.t.sent += add
		p.p.BytesDone += add
	}
	return n, err
}
