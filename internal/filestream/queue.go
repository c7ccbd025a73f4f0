package filestream

import (
	"time"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// File is a file of a run to which lines are appended.
type File uint8

// The files.
const (
	History File = iota
	Events
	Console
)

// String returns the file's name on the server.
func (f File) String() string {
	switch f {
	case History:
		return "wandb-history.jsonl"
	case Events:
		return "wandb-events.jsonl"
	default:
		return "output.log"
	}
}

// spillRetry is how long to wait before a failed temporary file is tried again.
const spillRetry = time.Second

// queue holds the lines of one file that the server has not acknowledged. Its parts are,
// oldest first: inflight, head, spill, open. The stream's mutex guards it, except that
// only the stream's goroutine reads from spill.
type queue struct {
	file     File
	base     int64 // index of the first line in the queue
	inflight []*chunk
	head     []*chunk
	spill    *spillFile // nil until needed
	open     *chunk     // the chunk that grows, or nil
	quoter   jsonx.Quoter

	accepted int64 // lines ever accepted
	acked    int64
	waiting  int64 // encoded bytes in head, spill and open

	spillErr error // why the temporary file failed last
	retryAt  time.Time
}

func (q *queue) spilled() bool { return q.spill != nil && q.spill.pending() > 0 }

func (q *queue) empty() bool { return q.waiting == 0 }

// put adds a line.
func (s *Stream) put(q *queue, line []byte, layout jsonx.Layout) error {
	if len(line) > s.cfg.MaxLineBytes {
		return &LineTooLongError{File: q.file, Bytes: len(line), Limit: s.cfg.MaxLineBytes}
	}
	if q.open != nil && !q.open.fits(line, s.chunkSize) {
		if err := s.seal(q); err != nil {
			return err
		}
	}
	if q.open == nil {
		q.open = s.newChunk(q.waiting > 0)
	}
	n := int64(q.open.add(&q.quoter, line, layout, s.chunkSize))
	q.accepted++
	q.waiting += n
	s.mem += n
	return nil
}

// seal moves the open chunk behind the others in memory, or to the temporary file if the
// memory is used up.
func (s *Stream) seal(q *queue) error {
	if !q.spilled() && s.mem <= s.cfg.MemoryLimit {
		q.keepOpen()
		return nil
	}
	err := s.sealToDisk(q)
	if err != nil && !q.spilled() && s.mem <= s.cfg.FallbackLimit {
		q.keepOpen()
		return nil
	}
	return err
}

// keepOpen moves the open chunk behind the others in memory.
func (q *queue) keepOpen() {
	q.head = append(q.head, q.open)
	q.open = nil
}

func (s *Stream) sealToDisk(q *queue) error {
	c := q.open
	if q.spillErr != nil && time.Now().Before(q.retryAt) {
		return q.spillErr
	}
	q.spillErr = nil
	if q.spill == nil {
		f, err := createSpill(s.cfg.SpillDir)
		if err != nil {
			return s.spillFailed(q, err)
		}
		q.spill = f
	}
	if err := q.spill.write(c); err != nil {
		return s.spillFailed(q, err)
	}
	s.mem -= int64(len(c.buf))
	q.open = nil
	s.recycle(c)
	return nil
}

func (s *Stream) spillFailed(q *queue, err error) error {
	q.spillErr, q.retryAt = err, time.Now().Add(spillRetry)
	return err
}

// refill reads lines back from the temporary file until memory has enough for a request.
// It runs on the stream's goroutine without the mutex, because it reads from disk.
func (s *Stream) refill(q *queue) error {
	for {
		s.mu.Lock()
		enough := !q.spilled()
		var at, end int64
		if !enough {
			at, end = q.spill.r, q.spill.w
		}
		have := int64(0)
		for _, c := range q.head {
			if have += int64(len(c.buf)); have >= int64(s.maxRequest) {
				enough = true
				break
			}
		}
		s.mu.Unlock()
		if enough {
			return nil
		}
		c := s.newChunk(false)
		next, err := q.spill.read(c, at, end)
		if err != nil {
			return err
		}
		s.mu.Lock()
		q.head = append(q.head, c)
		s.mem += int64(len(c.buf))
		q.spill.consumed(next)
		s.mu.Unlock()
	}
}

// first returns the size of the next chunk, or 0.
func (q *queue) first() int {
	switch {
	case len(q.head) > 0:
		return len(q.head[0].buf)
	case !q.spilled() && q.open != nil:
		return len(q.open.buf)
	}
	return 0
}

// take moves chunks of at most budget bytes to inflight and returns their size.
// With force the first is moved regardless of its size.
func (q *queue) take(budget int, force bool) int {
	taken := 0
	for {
		n := q.first()
		if n == 0 || taken+n > budget && (!force || taken > 0) {
			break
		}
		if len(q.head) > 0 {
			q.inflight = append(q.inflight, q.head[0])
			q.head[0] = nil
			q.head = q.head[1:]
		} else {
			q.inflight = append(q.inflight, q.open)
			q.open = nil
		}
		taken += n
	}
	if len(q.head) == 0 {
		q.head = nil
	}
	q.waiting -= int64(taken)
	return taken
}

// ack drops the lines in flight.
func (s *Stream) ack(q *queue) {
	for i, c := range q.inflight {
		q.base += c.lines
		q.acked += c.lines
		s.mem -= int64(len(c.buf))
		s.recycle(c)
		q.inflight[i] = nil
	}
	q.inflight = q.inflight[:0]
}

// back puts the lines in flight back before the others.
func (q *queue) back() {
	for _, c := range q.inflight {
		q.waiting += int64(len(c.buf))
	}
	q.head = append(q.inflight, q.head...)
	q.inflight = nil
}
