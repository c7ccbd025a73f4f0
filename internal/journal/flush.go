package journal

import (
	"time"

	"github.com/wandgo/wandgo/internal/slowdisk"
)

// bufferBytes is the room of a new buffer: most records end behind flushBytes.
const bufferBytes = flushBytes + flushBytes/4

// end is where in the file the next record belongs.
func (w *Writer) end() int64 { return w.off + int64(len(w.writing)+len(w.buf)) }

// result is what became of a write, and of the sync after it if there was one.
type result struct {
	n       int
	err     error
	syncErr error
}

// writes writes on a separate goroutine, as it may wait for a file system that does not
// respond. No one waits longer than limit for that.
func (w *Writer) writes() {
	defer close(w.results)
	for range w.work {
		var r result
		r.n, r.err = w.file.WriteAt(w.writing, w.off)
		if r.err == nil && w.opts.Sync == SyncAlways {
			r.syncErr = w.file.File.Sync()
		}
		w.results <- r // has room
	}
}

func (w *Writer) limit() time.Duration {
	if w.opts.Sync == SyncAlways {
		return syncLimit
	}
	return writeLimit
}

// flush has what is waiting written and does not wait for it. A failing disk is tried
// once per retryEvery. The file may then end within a record; the next flush continues
// there, because the position of every byte is fixed.
func (w *Writer) flush(now time.Time) {
	if !w.idle(now) || len(w.buf) == 0 || w.gone || w.fault != nil && now.Before(w.retryAt) {
		return
	}
	w.writing, w.buf, w.spare = w.buf, w.spare, nil
	w.began = now
	w.work <- struct{}{} // has room
}

// flushAll is flush, and waits until everything is written, or a write fails or is stuck.
func (w *Writer) flushAll() {
	for {
		w.flush(time.Now())
		if w.writing == nil || !w.await() {
			return
		}
	}
}

// retry is flushAll, and tries a failing disk again at once.
func (w *Writer) retry() {
	w.await()
	w.retryAt = time.Time{}
	w.flushAll()
}

// idle takes the result of the write under way, if there is one, and reports whether none
// is under way now.
func (w *Writer) idle(now time.Time) bool {
	if w.writing == nil {
		return true
	}
	select {
	case r := <-w.results:
		w.wrote(r, now)
		return true
	default:
		w.checkStuck(now)
		return false
	}
}

// await waits for the write under way and reports whether nothing is wrong with the disk.
func (w *Writer) await() bool {
	if !w.idle(time.Now()) && !w.stuck {
		w.timer.Reset(time.Until(w.began.Add(w.limit())))
		select {
		case r := <-w.results:
			w.timer.Stop()
			w.wrote(r, time.Now())
		case now := <-w.timer.C:
			w.checkStuck(now)
		}
	}
	return w.fault == nil || w.fault.Op != "write"
}

// checkStuck ends the waiting for a write that takes too long. It may still succeed.
func (w *Writer) checkStuck(now time.Time) {
	if !w.stuck && now.Sub(w.began) >= w.limit() {
		w.stuck = true
		w.fail("write", slowdisk.Stuck(w.limit()))
	}
}

// wrote takes the result of the write.
func (w *Writer) wrote(r result, now time.Time) {
	n := max(0, min(r.n, len(w.writing)))
	if r.err == nil {
		w.head = nil
	} else {
		w.head = torn(w.head, w.writing[:n], w.off)
	}
	w.off += int64(n)
	w.unsynced = w.unsynced || n > 0
	if rest := w.writing[n:]; len(rest) > 0 {
		w.buf = append(rest, w.buf...)
	} else if cap(w.writing) <= 4*flushBytes {
		w.spare = w.writing[:0]
	}
	w.writing, w.stuck = nil, false
	if r.err != nil {
		w.fail("write", r.err)
		w.retryAt = now.Add(retryEvery)
		return
	}
	w.clear("write")
	if w.opts.Sync == SyncAlways {
		w.synced(r.syncErr)
	}
}

// fail records a fault. A fault that lasts is returned once, not once per retry.
func (w *Writer) fail(op string, err error) {
	if w.fault == nil {
		w.reported = false
	}
	w.fault = &WriteError{Op: op, Path: w.path, Err: err}
}

// clear ends a fault of one kind: a write that goes well does not mean that the
// disk can be synced.
func (w *Writer) clear(op string) {
	if w.fault != nil && w.fault.Op == op && !w.gone {
		w.fault, w.reported = nil, false
	}
}

// syncable says whether there is something to sync that was written.
func (w *Writer) syncable() bool { return w.fault == nil || w.fault.Op == "sync" }

// sync syncs the file to disk. If that fails, the system may have dropped what it had,
// which cannot be seen here: it is a fault.
func (w *Writer) sync() {
	if w.syncable() {
		w.synced(w.file.Sync())
	}
}

func (w *Writer) synced(err error) {
	if err != nil {
		w.unsynced = true
		w.fail("sync", err)
		return
	}
	w.clear("sync")
}

// loop bounds what a killed process loses.
func (w *Writer) loop() {
	defer close(w.stopped)
	tick := time.NewTicker(w.opts.FlushEvery)
	defer tick.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-tick.C:
			w.tick()
		}
	}
}

// tick flushes, and checks whether the file still exists. The next Append returns what
// it finds.
func (w *Writer) tick() {
	w.mu.Lock()
	w.flushAll()
	w.checkDeleted()
	sync := w.opts.Sync == SyncInterval && w.unsynced && w.syncable()
	w.unsynced = w.unsynced && !sync
	file := w.file
	w.mu.Unlock()
	if !sync {
		return
	}
	// Outside the lock: no one who logs waits for the disk.
	err := file.Sync()
	w.mu.Lock()
	if file == w.file { // otherwise it was deleted meanwhile, and closed
		w.synced(err)
	}
	w.mu.Unlock()
}

// Fault is why the disk cannot be written now, or nil.
func (w *Writer) Fault() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fault == nil {
		return nil
	}
	return w.fault
}
