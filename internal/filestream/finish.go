package filestream

import (
	"context"
	"fmt"
)

// Finish sends what is waiting and then reports the end of the run with exitCode. From the
// first call on no lines are accepted. Finish blocks until the server has responded or ctx
// ends. If ctx ends first, the stream is abandoned: the end is not reported, and the lines
// that the server did not acknowledge are kept for [Stream.HandOver]. Errors are
//
//   - that of ctx,
//   - that of [Stream.Err] if the stream fails or failed before.
//
// Later calls wait for the same end; their exit codes are ignored.
func (s *Stream) Finish(ctx context.Context, exitCode int) error {
	return s.finish(ctx, exitCode, false)
}

// Depart is Finish for one of several writers of a run: it sends what is waiting and does
// not report the end of the run.
func (s *Stream) Depart(ctx context.Context) error { return s.finish(ctx, 0, true) }

func (s *Stream) finish(ctx context.Context, exitCode int, depart bool) error {
	s.mu.Lock()
	s.startLocked() //nolint:contextcheck // the stream has a life of its own; ctx bounds only the wait
	if !s.finishing {
		s.finishing, s.exitCode, s.departing = true, exitCode, depart
	}
	s.closed = true
	s.signal()
	s.mu.Unlock()

	select {
	case <-s.done:
	case <-ctx.Done():
		s.Abandon()
	}
	why := ErrAbandoned
	if ctx.Err() != nil {
		why = context.Cause(ctx)
	}
	return s.outcome("finish file stream", why)
}

// outcome returns how the stream ended. If it neither finished nor failed, that is why.
func (s *Stream) outcome(verb string, why error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.phase == phaseFinished:
		return nil
	case s.err != nil:
		return s.err
	}
	return fmt.Errorf("%s: %w", verb, why)
}

// Abandon stops sending at once and does not report the end of the run. The lines that the
// server did not acknowledge are kept for [Stream.HandOver]. It blocks until the stream's
// goroutine has stopped.
func (s *Stream) Abandon() {
	s.mu.Lock()
	s.closed = true
	if s.phase == phaseNew {
		s.phase = phaseAbandoned
		close(s.done)
	}
	stop := s.stop
	s.mu.Unlock()
	if stop != nil {
		stop()
	}
	<-s.done
}

// Close abandons the stream and releases what is left in it, including the temporary file.
func (s *Stream) Close() {
	s.Abandon()
	s.handMu.Lock() // a HandOver under way may still read the file
	defer s.handMu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release()
}

// release frees everything that the stream holds.
func (s *Stream) release() {
	for _, q := range []*queue{&s.history, &s.events} {
		if q.spill != nil {
			q.spill.close()
			q.spill = nil
		}
		q.inflight, q.head, q.open, q.waiting = nil, nil, nil, 0
	}
	s.mem = 0
	s.console = console{dropped: s.console.dropped}
	s.summary, s.summarySent, s.uploaded, s.spare = nil, nil, nil, nil
	s.summaryDirty, s.preempting = false, false
}
