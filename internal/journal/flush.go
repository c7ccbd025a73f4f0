package journal

import (
	"bytes"
	"errors"
	"time"
)

// flush writes what is waiting. A failing disk is tried once per retryEvery. The file
// may then end within a record; the next flush continues there, because the position of
// every byte of buf is fixed.
func (w *Writer) flush(now time.Time) {
	if len(w.buf) == 0 || w.gone || w.fault != nil && now.Before(w.retryAt) {
		return
	}
	n, err := w.file.WriteAt(w.buf, w.off)
	if errors.Is(err, errKept) {
		w.buf = bytes.Clone(w.buf)
	}
	n = max(0, min(n, len(w.buf)))
	if err == nil {
		w.head = nil
	} else {
		w.head = torn(w.head, w.buf[:n], w.off)
	}
	w.off += int64(n)
	w.unsynced = w.unsynced || n > 0
	w.buf = w.buf[:copy(w.buf, w.buf[n:])]
	if err != nil {
		w.fail("write", err)
		w.retryAt = now.Add(retryEvery)
		return
	}
	if cap(w.buf) > 4*flushBytes {
		w.buf = nil
	}
	w.clear("write")
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
		case now := <-tick.C:
			w.tick(now)
		}
	}
}

// tick flushes, and checks whether the file still exists. The next Append returns what
// it finds.
func (w *Writer) tick(now time.Time) {
	w.mu.Lock()
	w.flush(now)
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
