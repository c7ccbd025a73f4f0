// Package slowdisk bounds how long a program waits for a file system. That of a network may
// be gone for hours, and a call that asks it for something does not return.
package slowdisk

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrStuck means that the file system does not respond. The operation may still succeed.
var ErrStuck = errors.New("the file system does not respond")

// Stuck is [ErrStuck] with the time that was waited.
func Stuck(limit time.Duration) error { return fmt.Errorf("%w (after %v)", ErrStuck, limit) }

// Line runs one operation at a time. One that takes too long continues in the background; until
// it ends, others fail at once. The zero Line is ready to use.
type Line struct {
	mu    sync.Mutex
	stuck chan struct{} // closed when an operation that took too long has ended
}

// Do runs f and reports whether f ended within the limit. Otherwise f may still run, and
// what it uses is not the caller's any more. If an earlier operation is stuck, f is not
// called.
func (l *Line) Do(limit time.Duration, f func()) bool {
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

// Run returns the error of f, or [ErrStuck].
func (l *Line) Run(limit time.Duration, f func() error) error {
	err := new(error)
	if !l.Do(limit, func() { *err = f() }) {
		return Stuck(limit)
	}
	return *err
}

// Later runs f when what is stuck has ended, at once if nothing is.
func (l *Line) Later(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ended := l.stuck
	go func() {
		if ended != nil {
			<-ended
		}
		f()
	}()
}
