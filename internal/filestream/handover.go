package filestream

import (
	"errors"
	"fmt"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// HandOver passes the rows that the server did not acknowledge to sink, in order. A row is
// valid only during the call. The rows of the last request are included, because it is not
// known whether the server has them. Other lines are dropped.
//
// When no row is left the stream is handed over: from then on Append returns
// [ErrHandedOver]. Until then a failed stream accepts rows and passes them as well.
// HandOver blocks as long as sink does; Append does not wait for it. It also works on a
// stream that was never started. Errors are
//
//   - that of sink, which ends the hand-over,
//   - a [*SpillError] if rows cannot be read back,
//   - [ErrSending] while the stream is sending: wait until it has failed, or call
//     [Stream.Abandon] first.
func (s *Stream) HandOver(sink func(row []byte) error) error {
	s.handMu.Lock()
	defer s.handMu.Unlock()
	s.mu.Lock()
	if s.phase == phaseOpen {
		s.mu.Unlock()
		return ErrSending
	}
	if s.phase == phaseNew {
		// The stream can no longer be started, but accepts lines until the end.
		s.phase = phaseAbandoned
		close(s.done)
	}
	s.mu.Unlock()
	q := &s.history
	var row []byte
	for {
		if err := s.refill(q); err != nil {
			return err
		}
		s.mu.Lock()
		if q.empty() {
			s.handedOver = true
			s.release()
			s.mu.Unlock()
			return nil
		}
		q.take(0, true)
		s.mu.Unlock()                  // Append is not blocked
		for _, c := range q.inflight { // one, or none if it was spilled meanwhile
			for rest := c.buf; len(rest) > 0; {
				var err error
				if row, rest, err = unquote(row[:0], rest); err == nil {
					err = sink(row)
				}
				if err != nil {
					return fmt.Errorf("hand over %s: %w", q.file, err)
				}
			}
			s.mu.Lock()
			s.mem -= int64(len(c.buf))
			s.recycle(c)
			s.mu.Unlock()
		}
		q.inflight = nil
	}
}

// errDamaged means that the temporary file does not have what was written.
var errDamaged = errors.New("waiting lines are damaged")

// unquote decodes the line at the start of b, which [jsonx.AppendQuoted] wrote, and returns
// what follows it and its comma.
func unquote(dst, b []byte) (line, rest []byte, err error) {
	line, n, ok := jsonx.Unquote(dst, b)
	if !ok || n >= len(b) {
		return dst, nil, errDamaged
	}
	return line, b[n+1:], nil
}
