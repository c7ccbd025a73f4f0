package filestream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// heartbeat is the body of a request without data.
const heartbeat = "{}"

// step is the next action of the goroutine.
type step uint8

const (
	stepWait step = iota
	stepSend
	stepHeartbeat
)

// pace records when requests were sent.
type pace struct {
	lastData time.Time // when the last request with data started; zero if none
	lastSent time.Time // when the last request ended, or the stream started
	hurry    bool      // the last request had no room for everything
	interval time.Duration
}

// run sends until the stream ends.
func (s *Stream) run(ctx context.Context) {
	defer s.stop()
	p := pace{lastSent: time.Now(), interval: s.cfg.Interval}
	var short shortage
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		next, wait := s.plan(p)
		if next == stepWait {
			timer.Reset(wait)
			select {
			case <-ctx.Done():
			case <-s.wake:
			case <-timer.C:
			}
			continue
		}
		r := &request{body: []byte(heartbeat)}
		if next == stepSend {
			var err error
			if r, err = s.build(&short); err != nil {
				s.fail(err)
				return
			}
			p.hurry = r.left
			if r.body == nil && r.last {
				s.rest(phaseFinished, nil)
				return
			}
			if r.body == nil {
				s.mu.Lock()
				s.flushed(r.flush)
				s.mu.Unlock()
				// The summary was unchanged or too long. Building it counts as a
				// request; otherwise each change would build it again. Only the
				// first request is still sent at once.
				if !p.lastData.IsZero() {
					p.lastData = time.Now()
				}
				continue
			}
			p.lastData = time.Now()
		}
		finished, header, err := s.send(ctx, r)
		if _, ok := errors.AsType[*TooLargeError](err); ok && ctx.Err() == nil && s.shrink(r) {
			p.lastSent, p.hurry = time.Now(), true
			continue
		}
		p.lastSent, p.interval = time.Now(), s.cfg.interval(header)
		if ctx.Err() != nil && !finished {
			s.mu.Lock()
			s.interrupted = err
			s.mu.Unlock()
			break // abandoned, which is the usual reason of the error
		}
		if err != nil {
			s.fail(err)
			return
		}
		if finished {
			return
		}
	}
	s.rest(phaseAbandoned, nil)
}

// plan returns the next step, or how long to wait.
func (s *Stream) plan(p pace) (step, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = false
	now := time.Now()
	pending := s.pending()
	switch {
	case s.finishing, s.preempting, s.flushing(),
		pending && (p.hurry || s.waiting() >= int64(s.maxRequest)),
		pending && !s.cfg.FlushOnly && (p.lastData.IsZero() || s.firstRows()):
		return stepSend, 0
	}
	due := p.lastSent.Add(s.cfg.Heartbeat)
	if pending && !s.cfg.FlushOnly {
		if next := p.lastData.Add(p.interval); next.Before(due) {
			due = next
		}
	}
	if wait := due.Sub(now); wait > 0 {
		s.idle = !pending
		return stepWait, wait
	}
	if pending {
		return stepSend, 0
	}
	return stepHeartbeat, 0
}

// firstRows reports whether the first rows of the run are waiting. They are sent soon even
// if an event was sent before, because people wait for the first point of a chart. s.mu is
// held.
func (s *Stream) firstRows() bool {
	q := &s.history
	return q.waiting > 0 && q.acked == 0 && len(q.inflight) == 0
}

// send sends r, processes the response and returns its header. It reports whether the
// stream has ended.
func (s *Stream) send(ctx context.Context, r *request) (finished bool, header http.Header, err error) {
	reply, err := s.cfg.Sender.Send(ctx, r.body)
	var a answer
	if err != nil {
		err = fmt.Errorf("send to file stream: %w", err)
	} else if a = parseReply(reply); a.refused != nil {
		err = fmt.Errorf("send to file stream: %w", a.refused)
	}
	s.mu.Lock()
	if err != nil {
		s.giveBack(r)
		s.mu.Unlock()
		return false, nil, err
	}
	s.accepted(r)
	if !r.left {
		s.flushed(r.flush)
	}
	if reply != nil && reply.Returned {
		s.spare = r.body
	}
	tell := a.stopped && !s.stopped
	s.stopped = s.stopped || a.stopped
	s.mu.Unlock()
	if tell && s.cfg.OnStopped != nil {
		s.cfg.OnStopped()
	}
	if a.warning != "" && s.cfg.OnWarning != nil {
		s.cfg.OnWarning(a.warning)
	}
	if r.last {
		s.rest(phaseFinished, nil)
	}
	if reply != nil {
		header = reply.Header
	}
	return r.last, header, nil
}

// fail ends the stream with an error and calls OnFatal.
func (s *Stream) fail(err error) {
	s.rest(phaseFailed, err)
	if s.cfg.OnFatal != nil {
		s.cfg.OnFatal(err)
	}
}

// rest is the goroutine's last access to the stream's state.
func (s *Stream) rest(p phase, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.phase, s.err = p, err
	if p == phaseFinished {
		s.release()
	}
	close(s.done)
}
