package filestream

import (
	"context"
	"fmt"
)

// flush is the state of the calls of Flush.
type flush struct {
	wanted, done int64         // numbers of calls
	changed      chan struct{} // closed when done grows; nil if no one waits
}

// Flush sends what is waiting, without delay. It blocks until the server has
// acknowledged everything that was accepted before the call, ctx ends, or the stream
// ends; then the error is that of [Stream.Err], or [ErrAbandoned].
func (s *Stream) Flush(ctx context.Context) error {
	s.mu.Lock()
	s.flush.wanted++
	want := s.flush.wanted
	s.signal()
	for s.flush.done < want {
		if s.flush.changed == nil {
			s.flush.changed = make(chan struct{})
		}
		changed := s.flush.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("flush file stream: %w", context.Cause(ctx))
		case <-s.done:
			return s.outcome("flush file stream", ErrAbandoned)
		}
		s.mu.Lock()
	}
	s.mu.Unlock()
	return nil
}

// flushing reports whether a Flush is waiting. s.mu is held.
func (s *Stream) flushing() bool { return s.flush.wanted > s.flush.done }

// flushed notes that everything that was accepted before a call is acknowledged.
// s.mu is held.
func (s *Stream) flushed(call int64) {
	if call <= s.flush.done {
		return
	}
	s.flush.done = call
	if s.flush.changed != nil {
		close(s.flush.changed)
		s.flush.changed = nil
	}
}
