package runfiles

import (
	stderrors "errors"
	"io/fs"
	"time"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/objectstore"
)

// dispatch is the goroutine that collects names, requests their addresses and starts the
// uploads. It waits for a free slot before each upload, so that an address is requested
// only shortly before it is used.
func (u *Uploader) dispatch() {
	for u.collect() {
		u.mu.Lock()
		left := len(u.pending)
		u.hurry = false
		u.mu.Unlock()
		// Files saved meanwhile wait for the next batch, so that a live file is sent
		// only once per batch.
		for left > 0 && u.ctx.Err() == nil {
			batch := u.take(min(left, u.cfg.BatchSize))
			u.send(batch)
			left -= len(batch)
		}
		u.mu.Lock()
		if len(u.pending) > 0 {
			u.wakeUp()
		}
		u.mu.Unlock()
	}
}

// collect waits until it is time to send a batch. It returns false after the uploader was
// stopped.
func (u *Uploader) collect() bool {
	var due <-chan time.Time
	for {
		select {
		case <-u.ctx.Done():
			return false
		case <-due:
			return true
		case <-u.wake:
		}
		u.mu.Lock()
		waiting, hurry := len(u.pending) > 0, u.hurry
		u.mu.Unlock()
		switch {
		case !waiting:
		case hurry:
			return true
		case due == nil:
			due = time.After(u.cfg.BatchWait)
		}
	}
}

// take moves the next n files from pending to a batch.
func (u *Uploader) take(n int) []*file {
	u.mu.Lock()
	defer u.mu.Unlock()
	batch := u.pending[:n:n]
	u.pending = u.pending[n:]
	if len(u.pending) == 0 {
		u.pending = nil
	}
	for _, f := range batch {
		f.state = taken
	}
	return batch
}

// send requests the addresses of a batch and starts its uploads. It returns when the last
// of them has started.
func (u *Uploader) send(batch []*file) {
	jobs := make([]*job, 0, len(batch))
	for _, f := range batch {
		if j := u.prepare(f); j != nil {
			jobs = append(jobs, j)
		}
	}
	u.startJobs(jobs)
}

// prepare returns the job for a file's current content, or nil if there is nothing to send.
func (u *Uploader) prepare(f *file) *job {
	u.mu.Lock()
	src, refusal := f.src, u.refusal
	u.mu.Unlock()
	if refusal != nil {
		u.fail(f, refusal)
		return nil
	}
	seen, err := src.stat()
	u.mu.Lock()
	f.seen, f.state = seen, sending
	has := f.has
	u.mu.Unlock()
	if err != nil {
		u.skipContent(f, err)
		return nil
	}
	return &job{u: u, file: f, src: src, size: seen.size, has: has}
}

// skipContent handles a file without content. A file that does not exist or is not regular
// is skipped; any other error is a failure.
func (u *Uploader) skipContent(f *file, err error) {
	if stderrors.Is(err, fs.ErrNotExist) || stderrors.Is(err, ErrNotRegular) {
		u.skip(f.name, err)
		u.finished(f, nil, err)
		return
	}
	u.fail(f, err)
}

// fail records that a file could not be uploaded.
func (u *Uploader) fail(f *file, err error) {
	if u.ctx.Err() == nil {
		u.cfg.Logger.Warn("upload of a file failed", "name", f.name, "error", err)
	}
	if denied, ok := stderrors.AsType[*objectstore.Error](err); ok && denied.Refused() && u.cfg.Denied != nil {
		u.cfg.Denied(denied)
	}
	u.finished(f, err, nil)
}

func (u *Uploader) startJobs(jobs []*job) {
	if len(jobs) == 0 {
		return
	}
	names := make([]string, len(jobs))
	for i, j := range jobs {
		names[i] = j.file.name
	}
	targets, err := u.ask(u.ctx, names)
	if err != nil {
		u.askFailed(jobs, err)
		return
	}
	for i, j := range jobs {
		j.target = targets[i]
		if err := u.cfg.Slots.Take(u.ctx); err != nil {
			u.fail(j.file, err)
			continue
		}
		u.work.Go(func() {
			defer u.cfg.Slots.Release()
			j.run()
		})
	}
}

// askFailed handles a batch that got no addresses. If the error may be about one of the
// names, the batch is halved until that name is alone, so that the others are uploaded.
func (u *Uploader) askFailed(jobs []*job, err error) {
	e, ok := stderrors.AsType[*graphql.Error](err)
	if ok && e.Answered() && aboutNames(e) && len(jobs) > 1 {
		u.startJobs(jobs[:len(jobs)/2])
		u.startJobs(jobs[len(jobs)/2:])
		return
	}
	if ok && refused(e) {
		u.refuse(e)
	}
	for _, j := range jobs {
		u.fail(j.file, err)
	}
}

// refuse stops all uploads that have not started.
func (u *Uploader) refuse(e *graphql.Error) {
	u.mu.Lock()
	first := u.refusal == nil
	if first {
		u.refusal = e
	}
	u.mu.Unlock()
	if first && u.cfg.Refused != nil {
		u.cfg.Refused(e)
	}
}
