package filestream

import (
	"bytes"
	"strconv"

	"github.com/wandgo/wandgo/internal/jsonx"
)

const summaryName = "wandb-summary.json"

// request is one request while it is built and in flight. The lines of history and events
// are in the inflight of their queues until the body is built, then in body.
type request struct {
	body       []byte
	summary    []byte // nil if not in it
	console    []consoleLine
	uploaded   []string
	preempting bool
	rows       int64 // lines of history and events
	last       bool  // the final request
	left       bool  // there was no room for everything
	flush      int64 // the last call of Flush before it was built
}

// shortage is the room that the next request reserves for what did not fit into the last
// one. Without it a flood of rows, which come first, would delay the summary and the
// console until the end.
type shortage struct{ events, summary, console, uploaded int }

// build makes a request of what is waiting. Only the stream's goroutine calls it. An empty
// request has no body.
func (s *Stream) build(short *shortage) (*request, error) {
	for _, q := range []*queue{&s.history, &s.events} {
		if err := s.refill(q); err != nil {
			return nil, err
		}
	}
	r := &request{}
	limit := s.maxRequest
	left := limit
	kept := *short
	*short = shortage{}

	s.mu.Lock()
	if limit < s.cfg.MaxRequestBytes {
		s.history.refit(limit)
		s.events.refit(limit)
	}
	later := kept.summary + kept.console + kept.uploaded
	left -= s.history.take(left-later-kept.events, later+kept.events == 0)
	left -= s.events.take(left-later, left == limit && later == 0)
	if !s.events.empty() {
		short.events = max(s.events.first(), 1)
	}
	r.left = !s.history.empty() || !s.events.empty()
	s.full = false
	r.flush = s.flush.wanted
	makeSummary, dirty := s.summary, s.summaryDirty
	s.summaryDirty = false
	s.mu.Unlock()

	// The summary is built after the rows were taken, so that it is not older than they
	// are. If it is too long it is skipped, and the server keeps the last one.
	tooLong, made := false, dirty && makeSummary != nil
	if made {
		r.summary = makeSummary()
		tooLong = len(r.summary) > s.cfg.MaxLineBytes || s.maxSummary > 0 && len(r.summary) >= s.maxSummary
		if tooLong || len(r.summary) == 0 || bytes.Equal(r.summary, s.summarySent) {
			r.summary = nil
		}
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	if made {
		s.stats.SummaryTooLong = tooLong
	}
	if tooLong {
		s.stats.SummariesSkipped++
	}
	if n := len(r.summary); n > max(left, 0) && left != limit {
		short.summary = n
		r.summary, r.left, s.summaryDirty = nil, true, true
	} else {
		left -= n
	}
	var n int
	r.console, n = s.console.take(left, left == limit)
	left -= n
	if n == 0 {
		short.console = s.console.first()
	}
	r.left = r.left || len(s.console.lines) > 0
	r.uploaded, n = s.takeUploaded(left, left == limit)
	left -= n
	if len(s.uploaded) > 0 {
		r.left = true
		short.uploaded = len(s.uploaded[0]) + quoteRoom
	}
	r.preempting, s.preempting = s.preempting, false
	r.last = s.finishing && !s.pending()
	for _, q := range []*queue{&s.history, &s.events} {
		for _, c := range q.inflight {
			r.rows += c.lines
		}
	}
	if left != limit || r.preempting || r.last && !s.departing {
		r.body = s.appendBody(r, limit-left)
	}
	return r, nil
}

// quoteRoom is how much quotes and a comma add to a name.
const quoteRoom = 3

// takeUploaded removes and returns names that fit budget.
func (s *Stream) takeUploaded(budget int, force bool) (names []string, size int) {
	n := 0
	for _, name := range s.uploaded {
		if size+len(name)+quoteRoom > budget && (!force || n > 0) {
			break
		}
		size += len(name) + quoteRoom
		delete(s.uploadedSet, name)
		n++
	}
	names, s.uploaded = s.uploaded[:n:n], s.uploaded[n:]
	return names, size
}

// appendBody writes the request. size is that of its lines.
func (s *Stream) appendBody(r *request, size int) []byte {
	// A summary is mostly names in quotes, which grow when quoted.
	b := s.buffer(size + len(r.summary)/2 + 512)
	b = append(b, '{')
	mark := len(b)
	b = append(b, `"files":{`...)
	files := len(b)
	for _, q := range []*queue{&s.history, &s.events} {
		if len(q.inflight) > 0 {
			b = closeFile(s.moveLines(q, openFile(b, q.file.String(), q.base)))
		}
	}
	if r.summary != nil {
		b = openFile(b, summaryName, 0)
		b = closeFile(append(jsonx.AppendQuoted(b, r.summary), ','))
	}
	if len(r.console) > 0 {
		b = openFile(b, Console.String(), r.console[0].index)
		for _, l := range r.console {
			b = append(b, l.quoted...)
		}
		b = closeFile(b)
	}
	if len(b) == files {
		b = b[:mark] // no empty "files"
	} else {
		b[len(b)-1] = '}'
		b = append(b, ',')
	}
	if len(r.uploaded) > 0 {
		b = append(b, `"uploaded":[`...)
		for _, name := range r.uploaded {
			b = append(jsonx.AppendQuoted(b, []byte(name)), ',')
		}
		b[len(b)-1] = ']'
		b = append(b, ',')
	}
	if r.preempting {
		b = append(b, `"preempting":true,`...)
	}
	if r.last && !s.departing {
		b = append(b, `"complete":true,"exitcode":`...)
		b = append(strconv.AppendInt(b, int64(s.exitCode), 10), ',')
	}
	b[len(b)-1] = '}'
	return b
}

// buffer returns memory for a body of about the given size: that of the last body, if the
// sender has returned it and most of it would be used. Sizes are rounded up; otherwise the
// memory would often be slightly too small during a flood of rows.
func (s *Stream) buffer(size int) []byte {
	b := s.spare
	s.spare = nil
	size = (size + maxChunk - 1) / maxChunk * maxChunk
	if cap(b) < size || cap(b)/4 > size {
		return make([]byte, 0, size)
	}
	return b[:0]
}

// moveLines moves the lines in flight to b, so that they are not in memory twice while the
// request is sent.
func (s *Stream) moveLines(q *queue, b []byte) []byte {
	begin := len(b)
	all := &chunk{shared: true}
	for _, c := range q.inflight {
		b = append(b, c.buf...)
		b[len(b)-1] = ',' // after a refused request it is a bracket
		all.lines += c.lines
		s.recycle(c)
	}
	clear(q.inflight)
	// In the request the last comma becomes a bracket.
	all.buf = b[begin:len(b):len(b)]
	q.inflight = append(q.inflight[:0], all)
	return b
}

func openFile(b []byte, name string, offset int64) []byte {
	b = append(b, '"')
	b = append(b, name...)
	b = append(b, `":{"offset":`...)
	b = strconv.AppendInt(b, offset, 10)
	return append(b, `,"content":[`...)
}

// closeFile ends a file whose lines each end in a comma, and adds one.
func closeFile(b []byte) []byte {
	b[len(b)-1] = ']'
	return append(b, '}', ',')
}

// accepted records that the server has the request.
func (s *Stream) accepted(r *request) {
	s.ack(&s.history)
	s.ack(&s.events)
	if r.summary != nil {
		s.summarySent = r.summary
	}
}

// giveBack puts back the lines of a request that the server may not have. Unless the request
// was too large, the stream has failed, and only HandOver needs them.
func (s *Stream) giveBack(r *request) {
	s.history.back()
	s.events.back()
	s.console.back(r.console)
}
