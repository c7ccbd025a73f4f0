package upload

import (
	"io"
	"slices"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/record"
)

// Progress is the progress of the uploads.
type Progress struct {
	// Artifacts is the number of artifacts submitted, Done of those on the server, and Failed
	// of those that will not be. The others are waiting or being sent.
	Artifacts, Done, Failed int
	// Bytes is the size of the contents that were started, and BytesDone the number of bytes
	// sent. A failed attempt is subtracted.
	Bytes, BytesDone int64
	// Current are the names of the artifacts being sent, sorted.
	Current []string
}

// reportInterval is the time between two reports while files are sent.
const reportInterval = 200 * time.Millisecond

type progress struct {
	report func(Progress)

	mu   sync.Mutex
	p    Progress
	last time.Time

	reportMu sync.Mutex // serializes the reports
}

func (p *progress) change(f func(*Progress)) {
	p.mu.Lock()
	f(&p.p)
	p.mu.Unlock()
}

func (p *progress) submitted(*record.Artifact) { p.change(func(n *Progress) { n.Artifacts++ }) }

func (p *progress) start(name string) {
	p.change(func(n *Progress) {
		n.Current = append(n.Current, name)
		slices.Sort(n.Current)
	})
	p.notify()
}

func (p *progress) end(name string, ok bool) {
	p.change(func(n *Progress) {
		if i := slices.Index(n.Current, name); i >= 0 {
			n.Current = slices.Delete(n.Current, i, i+1)
		}
		if ok {
			n.Done++
		} else {
			n.Failed++
		}
	})
	p.notify()
}

func (p *progress) notify() {
	if p.report == nil {
		return
	}
	p.reportMu.Lock()
	defer p.reportMu.Unlock()
	p.report(p.now())
}

func (p *progress) now() Progress {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.p
	now.Current = slices.Clone(now.Current)
	return now
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
	due := false
	if c.nth == c.t.nth {
		add := min(int64(n), c.t.size-c.t.sent)
		c.t.sent += add
		p.p.BytesDone += add
		if now := time.Now(); p.report != nil && now.Sub(p.last) >= reportInterval {
			p.last, due = now, true
		}
	}
	p.mu.Unlock()
	if due {
		p.notify()
	}
	return n, err
}
