package filestream

import (
	"errors"
	"fmt"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// HandOver passes the lines that the server did not acknowledge to sink: history, then
// events, then console lines, each in order and with its index on the server. A line is
// valid only during the call. The lines of the last request are included, because it is
// not known whether the server has them.
//
// When no line is left the stream is handed over: from then on Append returns
// [ErrHandedOver]. Until then a failed stream accepts lines and passes them as well.
// HandOver blocks as long as sink does; Append does not wait for it. It also works on a
// stream that was never started. Errors are
//
//   - that of sink: HandOver stops, keeps that line and those after it, and can be called
//     again,
//   - [ErrSending] while the stream is sending: wait for [Stream.Done], or call
//     [Stream.Abandon] first.
func (s *Stream) HandOver(sink func(file File, index int64, line []byte) error) error {
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
	for {
		for _, q := range []*queue{&s.history, &s.events} {
			if err := s.drain(q, sink); err != nil {
				return err
			}
		}
		if err := s.drainConsole(sink); err != nil {
			return err
		}
		s.mu.Lock()
		if s.waiting() == 0 {
			s.handedOver = true
			s.release()
			s.mu.Unlock()
			return nil
		}
		s.mu.Unlock() // there are new lines
	}
}

// drain passes the lines of q to sink, one chunk at a time so that Append is not blocked.
func (s *Stream) drain(q *queue, sink func(File, int64, []byte) error) error {
	var scratch []byte
	for {
		if err := s.refill(q); err != nil {
			return err
		}
		s.mu.Lock()
		q.take(0, true)
		s.mu.Unlock()
		if len(q.inflight) == 0 {
			return nil
		}
		c := q.inflight[0]
		index, rest, lines := q.base, c.buf, c.lines
		var err error
		for len(rest) > 0 && err == nil {
			var after []byte
			if scratch, after, err = unquote(scratch[:0], rest); err != nil {
				break
			}
			if err = sink(q.file, index, scratch); err == nil {
				rest = after
				index++
				lines--
			}
		}
		s.mu.Lock()
		if err != nil {
			// Keep what sink did not accept.
			s.mem -= int64(len(c.buf) - len(rest))
			q.base = index
			q.inflight[0] = &chunk{buf: rest, lines: lines, shared: c.shared}
			q.back()
		} else {
			q.base = index
			s.mem -= int64(len(c.buf))
			q.inflight = q.inflight[:0]
			s.recycle(c)
		}
		s.mu.Unlock()
		if err != nil {
			return fmt.Errorf("hand over %s: %w", q.file, err)
		}
	}
}

func (s *Stream) drainConsole(sink func(File, int64, []byte) error) error {
	for {
		s.mu.Lock()
		lines, _ := s.console.take(0, true)
		s.mu.Unlock()
		if len(lines) == 0 {
			return nil
		}
		line, _, err := unquote(nil, lines[0].quoted)
		if err == nil {
			err = sink(Console, lines[0].index, line)
		}
		if err != nil {
			s.mu.Lock()
			s.console.back(lines)
			s.mu.Unlock()
			return fmt.Errorf("hand over %s: %w", Console, err)
		}
	}
}

// errDamaged means that the temporary file does not have what was written.
var errDamaged = errors.New("waiting lines are damaged")

// unquote appends to dst the line at the start of b, which [jsonx.AppendQuoted] wrote, and
// returns what follows its comma. The last line of a request has a bracket instead.
func unquote(dst, b []byte) (line, rest []byte, err error) {
	line, n, ok := jsonx.Unquote(dst, b)
	if !ok || n >= len(b) || b[n] != ',' && (b[n] != ']' || n != len(b)-1) {
		return dst, b, errDamaged
	}
	return line, b[n+1:], nil
}
