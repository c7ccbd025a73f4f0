package journal

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrStuck means that the file system does not respond. It is a fault like any other: the
// operation may still succeed, and is tried again.
var ErrStuck = errors.New("the file system does not respond")

// How long a file system may take before it counts as stuck. Writes go to the system's
// memory; a sync waits for the disk itself.
const (
	writeLimit = 2 * time.Second
	syncLimit  = 10 * time.Second
)

// limitedFile is a disk whose operations return after a while, whatever the file system
// does: a network file system may be gone for hours, and whoever logs does not wait for
// it. An operation that is stuck goes on in the background; until it ends, others fail at
// once. That is safe because a write that is repeated has the same bytes for the same
// place.
type limitedFile struct {
	file  File
	write line
	sync  line
	data  []byte // a copy of what is being written, which the caller may change
}

// line runs one operation at a time.
type line struct {
	mu    sync.Mutex
	stuck chan struct{} // closed when an operation that took too long has ended
}

// do calls prepare, runs f and reports whether f ended within the limit. Otherwise f may
// still run, and what it uses is not the caller's any more. If an earlier operation is
// stuck, neither is called.
func (l *line) do(limit time.Duration, prepare, f func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stuck != nil {
		select {
		case <-l.stuck:
			l.stuck = nil
		default:
			return false
		}
	}
	prepare()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		l.stuck = done
		return false
	}
}

func stuck(limit time.Duration) error { return fmt.Errorf("%w (after %v)", ErrStuck, limit) }

func (d *limitedFile) WriteAt(b []byte, off int64) (int, error) {
	r := new(struct {
		n   int
		err error
	})
	copied := func() { d.data = append(d.data[:0], b...) }
	if !d.write.do(writeLimit, copied, func() { r.n, r.err = d.file.WriteAt(d.data, off) }) {
		return 0, stuck(writeLimit)
	}
	return r.n, r.err
}

func (d *limitedFile) Sync() error {
	return d.run(&d.sync, syncLimit, d.file.Sync)
}

// Close closes a file that is stuck later.
func (d *limitedFile) Close() error {
	err := d.run(&d.write, writeLimit, d.file.Close)
	if errors.Is(err, ErrStuck) {
		d.write.later(func() { _ = d.file.Close() })
	}
	return err
}

// later runs f when what is stuck has ended. If f itself is stuck, that is nothing.
func (l *line) later(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ended := l.stuck
	go func() {
		<-ended
		f() // closing twice does no harm
	}()
}

func (d *limitedFile) run(l *line, limit time.Duration, f func() error) error {
	err := new(error)
	if !l.do(limit, func() {}, func() { *err = f() }) {
		return stuck(limit)
	}
	return *err
}

// Deleted is false while the file system does not respond.
func (d *limitedFile) Deleted() bool {
	deleted := new(bool)
	return d.write.do(writeLimit, func() {}, func() { *deleted = d.file.Deleted() }) && *deleted
}
