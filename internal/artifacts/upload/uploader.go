package upload

import (
	"cmp"
	"context"
	"sync"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/record"
)

// ErrClosed is the error of artifacts that are not on the server when the uploader is closed.
var ErrClosed = errors.New("the upload of artifacts was stopped")

// Uploader uploads the artifacts of one run. Artifacts of one name are sent one after the
// other, in their order, and those of different names side by side. All methods are safe for
// concurrent use.
//
// The number of artifacts that wait is not bounded: their files are on disk, and only the
// lists of them are in memory.
type Uploader struct {
	cfg    Config
	ctx    context.Context //nolint:containedctx // of the goroutines, canceled by Close
	cancel context.CancelCauseFunc
	work   sync.WaitGroup

	mu     sync.Mutex
	closed bool
	queues map[string][]*Job // by name; the first one is being sent
	types  map[string]string // of the names that were asked for

	progress progress
}

// New returns an Uploader. It sends nothing before Submit.
func New(cfg Config) *Uploader {
	cfg.Multipart, cfg.Part = cmp.Or(cfg.Multipart, multipart), cmp.Or(cfg.Part, part)
	u := &Uploader{cfg: cfg, queues: make(map[string][]*Job), types: make(map[string]string)}
	u.ctx, u.cancel = context.WithCancelCause(context.Background())
	return u
}

// Submit sends an artifact in the background. It does not wait. The record must not change
// any more.
func (u *Uploader) Submit(a *record.Artifact) *Job {
	j := &Job{u: u, artifact: a, done: make(chan struct{})}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		j.err = ErrClosed
		close(j.done)
		return j
	}
	u.progress.change(func(p *Progress) { p.Artifacts++ })
	u.queues[a.Name] = append(u.queues[a.Name], j)
	if len(u.queues[a.Name]) == 1 {
		u.work.Go(func() { u.drain(a.Name) })
	}
	return j
}

// drain sends the artifacts of one name.
func (u *Uploader) drain(name string) {
	for {
		u.mu.Lock()
		if len(u.queues[name]) == 0 {
			delete(u.queues, name)
			u.mu.Unlock()
			return
		}
		j := u.queues[name][0]
		u.mu.Unlock()

		j.run()

		u.mu.Lock()
		u.queues[name] = u.queues[name][1:]
		u.mu.Unlock()
	}
}

// Progress returns the current progress.
func (u *Uploader) Progress() Progress { return u.progress.now() }

// Close stops all uploads at once and waits for the goroutines. What was not sent fails with
// [ErrClosed]. It may be called more than once.
func (u *Uploader) Close() {
	u.mu.Lock()
	u.closed = true
	u.mu.Unlock()
	u.cancel(ErrClosed)
	u.work.Wait()
}
