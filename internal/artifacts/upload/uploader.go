package upload

import (
	"context"
	"fmt"
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
	open   int               // jobs that are not done
	idle   chan struct{}     // closed when open becomes 0; nil if no one waits

	progress progress
}

// New returns an Uploader. It sends nothing before Submit.
func New(cfg Config) *Uploader {
	u := &Uploader{cfg: cfg.withDefaults(), queues: make(map[string][]*Job), types: make(map[string]string)}
	u.ctx, u.cancel = context.WithCancelCause(context.Background())
	u.progress.report = cfg.Progress
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
	u.open++
	u.progress.submitted(a)
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
		u.open--
		if u.open == 0 && u.idle != nil {
			close(u.idle)
			u.idle = nil
		}
		u.mu.Unlock()
	}
}

// Finish waits until no artifact is waiting or being sent. What failed is reported by
// [Config.Done] and [Job.Wait]. It returns an error if ctx ended first, or the uploader was
// closed; the uploads continue after the former.
func (u *Uploader) Finish(ctx context.Context) error {
	u.mu.Lock()
	if u.open > 0 && u.idle == nil {
		u.idle = make(chan struct{})
	}
	open, idle := u.open, u.idle
	u.mu.Unlock()
	if open == 0 {
		return nil
	}
	select {
	case <-idle:
		if u.ctx.Err() != nil {
			return ErrClosed
		}
		return nil
	case <-ctx.Done():
		u.mu.Lock()
		defer u.mu.Unlock()
		return fmt.Errorf("upload artifacts: %d not on the server yet: %w", u.open, context.Cause(ctx))
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
