package runfiles

import (
	"slices"
	"sync"
	"time"
)

// Progress is how far the uploads are. Files saved with the policy End count
// from the time of Finish on.
type Progress struct {
	// Files is how many uploads were asked for. A file that is uploaded again
	// counts again.
	Files int
	// Done of them are in the store, Failed are not, and Dropped had no content
	// any more. What remains is waiting or being sent.
	Done, Failed, Dropped int
	// Skipped is how often a file was left out, for any reason.
	Skipped int
	// Bytes is the size of all uploads that were begun, and BytesDone what was
	// sent of them. An attempt that failed is taken back.
	Bytes, BytesDone int64
	// Current are the names being sent, sorted.
	Current []string
}

// Waiting is how many files are neither in the store nor given up.
func (p Progress) Waiting() int { return p.Files - p.Done - p.Failed - p.Dropped }

// reportInterval is how often a file being sent is reported.
const reportInterval = 200 * time.Millisecond

type progress struct {
	report func(Progress)

	mu      sync.Mutex
	p       Progress // Bytes, BytesDone and Current are of what has ended
	current map[*job]bool
	last    time.Time

	reportMu sync.Mutex // makes the reports follow one another
}

func (p *progress) change(f func(*Progress)) {
	p.mu.Lock()
	f(&p.p)
	p.mu.Unlock()
}

func (p *progress) asked()   { p.change(func(n *Progress) { n.Files++ }) }
func (p *progress) skipped() { p.change(func(n *Progress) { n.Skipped++ }) }
func (p *progress) dropped() { p.change(func(n *Progress) { n.Dropped++ }); p.tell() }
func (p *progress) failed()  { p.change(func(n *Progress) { n.Failed++ }); p.tell() }

func (p *progress) start(j *job) {
	p.mu.Lock()
	if p.current == nil {
		p.current = make(map[*job]bool)
	}
	p.current[j] = true
	p.mu.Unlock()
	p.tell()
}

// end moves a job's bytes into the totals. Those of a failed job leave both.
func (p *progress) end(j *job, ok bool) {
	_, size := j.bytes()
	p.mu.Lock()
	delete(p.current, j)
	if ok {
		p.p.Done++
		p.p.Bytes += size
		p.p.BytesDone += size
	}
	p.mu.Unlock()
	if ok {
		p.tell()
	}
}

// moved is called for each piece that was sent.
func (p *progress) moved(now time.Time) {
	if p.report == nil {
		return
	}
	p.mu.Lock()
	due := now.Sub(p.last) >= reportInterval
	if due {
		p.last = now
	}
	p.mu.Unlock()
	if due {
		p.tell()
	}
}

func (p *progress) tell() {
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
	for j := range p.current {
		sent, size := j.bytes()
		now.Bytes += size
		now.BytesDone += sent
		now.Current = append(now.Current, j.file.name)
	}
	slices.Sort(now.Current)
	return now
}
