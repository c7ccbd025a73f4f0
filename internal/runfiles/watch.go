package runfiles

import (
	"maps"
	"slices"
	"time"
)

// watchLocked starts the goroutine that checks the live files.
func (u *Uploader) watchLocked() {
	if u.watching || u.finishing || u.closed || u.ctx.Err() != nil {
		return
	}
	u.watching = true
	u.work.Go(u.watch)
}

// watch polls the live files. The notifications of the operating system do not work on
// network file systems, on which training often writes.
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
			u.checkLive(f)
		}
	}
}

// checkLive adds a file to the next batch if it changed since it was sent.
func (u *Uploader) checkLive(f *file) {
	u.mu.Lock()
	src, nth := f.src, f.saves
	u.mu.Unlock()
	if src == nil {
		return
	}
	now, err := src.stat()
	if err != nil {
		return // it does not exist at the moment; Finish reports it if it stays missing
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if waits := f.state == pending || f.state == taken; now != f.seen && f.saves == nth && !waits && !u.finishing {
		u.pendLocked(f)
	}
}
