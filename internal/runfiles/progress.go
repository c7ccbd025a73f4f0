package runfiles

import (
	"slices"
	"sync"
)

// Progress is the progress of the uploads. Files with the policy End are counted from
// Finish on.
type Progress struct {
	// Files is the number of uploads. A file that is uploaded again counts again.
	Files int
	// Done uploads are in the store, Failed ones are not, and Dropped ones no longer had
	// content. The others are waiting or being sent.
	Done, Failed, Dropped int
	// Bytes is the size of all uploads that were started, and BytesDone the number of
	// bytes sent. A failed attempt is subtracted.
	Bytes, BytesDone int64
	// Current are the names being sent, sorted.
	Current []string
}

// Waiting returns the number of uploads that are not done, failed or dropped.
func (p Progress) Waiting() int { return p.Files - p.Done - p.Failed - p.Dropped }

type progress struct {
	mu      sync.Mutex
	p       Progress // Bytes and BytesDone are those of finished uploads
	current map[*job]bool
}

func (p *progress) change(f func(*Progress)) {
	p.mu.Lock()
	f(&p.p)
	p.mu.Unlock()
}

func (p *progress) asked()   { p.change(func(n *Progress) { n.Files++ }) }
func (p *progress) dropped() { p.change(func(n *Progress) { n.Dropped++ }) }
func (p *progress) failed()  { p.change(func(n *Progress) { n.Failed++ }) }

func (p *progress) start(j *job) {
	p.mu.Lock()
	if p.current == nil {
		p.current = make(map[*job]bool)
	}
	p.current[j] = true
	p.mu.Unlock()
}

// end adds a job's bytes to the totals, unless it failed.
func (p *progress) end(j *job, ok bool) {
	_, size := j.bytes()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.current, j)
	if ok {
		p.p.Done++
		p.p.Bytes += size
		p.p.BytesDone += size
	}
}

func (p *progress) now() Progress {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.p
	for j := range p.current {
		sent, size := j.bytes()
		now.Bytes += size
		now.BytesDone += sent
		now.Current = append(now.Current, j.file.name)
	}
	slices.Sort(now.Current)
	return now
}
