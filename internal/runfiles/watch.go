package runfiles

import (
	"maps"
	"slices"
	"time"
)

// watchLocked starts the goroutine that looks at live files, with the first of
// them.
func (u *Uploader) watchLocked() {
	if u.watching || u.finishing || u.closed || u.ctx.Err() != nil {
		return
	}
	u.watching = true
	u.work.Go(u.watch)
}

// watch polls. A notification service of the operating system would say less on
// network file systems, which is where training writes.
func (u *Uploader) watch() {
	ticker := time.NewTicker(u.cfg.PollInterval)
	defer ticker.Stop()
	for {
		select {
		case <-u.ctx.Done():
			return
		case <-ticker.C:
		}
		u.mu.Lock()
		live, over := slices.Collect(maps.Keys(u.live)), u.finishing
		u.mu.Unlock()
		if over {
			return
		}
		for _, f := range live {
			u.look(f)
		}
	}
}

// look asks for an upload if the file is not what it was when last sent.
func (u *Uploader) look(f *file) {
	u.mu.Lock()
	src, nth := f.src, f.saves
	u.mu.Unlock()
	if src == nil {
		return
	}
	now, err := src.stat()
	if err != nil {
		return // it is not there at the moment; Finish reports what stays away
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if now != f.seen && f.saves == nth && f.state != pending && !u.finishing {
		u.pendLocked(f)
	}
}
