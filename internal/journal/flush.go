package journal

import "time"

// flush writes what waits. A failing disk is asked once per retryEvery. The file
// may then end within a record; the next flush goes on from there, as the place
// of every byte of buf is settled.
func (w *Writer) flush(now time.Time) {
	if len(w.buf) == 0 || w.gone || w.fault != nil && now.Before(w.retryAt) {
		return
	}
	n, err := w.file.WriteAt(w.buf, w.off)
	n = max(0, min(n, len(w.buf)))
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

// fail notes a fault. A fault that goes on is told once, not once per retry.
func (w *Writer) fail(op string, err error) {
	if w.fault == nil {
		w.told = false
	}
	w.fault = &WriteError{Op: op, Path: w.path, Err: err}
}

// clear ends a fault of one kind: a write that goes well does not mean that the
// disk can be synced.
func (w *Writer) clear(op string) {
	if w.fault != nil && w.fault.Op == op && !w.gone {
		w.fault, w.told = nil, false
	}
}

// syncable says whether there is something to sync that was written.
func (w *Writer) syncable() bool { return w.fault == nil || w.fault.Op == "sync" }

// sync brings the file to the disk. If that fails, the system may have let go of
// what it had, and nothing here can tell: it is a fault, to be told.
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

// tick flushes, and looks whether the file is still there. What it finds, the
// next Append tells.
func (w *Writer) tick(now time.Time) {
	w.mu.Lock()
	w.flush(now)
	if !w.gone && w.file.Deleted() {
		w.fail("write", ErrDeleted)
		w.gone, w.buf = true, nil
	}
	sync := w.opts.Sync == SyncInterval && w.unsynced && w.syncable()
	w.unsynced = w.unsynced && !sync
	w.mu.Unlock()
	if !sync {
		return
	}
	// Outside the lock: nobody who logs waits for the disk.
	err := w.file.Sync()
	w.mu.Lock()
	w.synced(err)
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
