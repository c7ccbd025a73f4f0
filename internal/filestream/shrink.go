package filestream

import "bytes"

// shrink splits a request that was too large, and halves the limit of the following ones.
// It reports false if the request was a single row, which cannot be split. A summary or a
// console line that is too large alone is skipped and counted. send has already put the
// rows and console lines of the request back.
func (s *Stream) shrink(r *request) bool {
	s.mu.Lock()
	size := len(r.body)
	parts := r.rows + int64(len(r.console)+len(r.uploaded))
	if r.summary != nil {
		parts++
	}
	switch {
	case parts == 1 && r.summary != nil:
		s.maxSummary = len(r.summary)
		s.stats.SummariesSkipped++
		s.stats.SummaryTooLong = true
	case parts == 1 && len(r.console) == 1:
		s.console.take(0, true)
		s.console.dropped++
	case parts <= 1:
		s.mu.Unlock()
		return false
	default:
		s.maxRequest = max(1, min(s.maxRequest, size)/2)
		s.summaryDirty = s.summaryDirty || r.summary != nil
		for _, name := range r.uploaded {
			s.uploadedSet[name] = true
		}
		s.uploaded = append(r.uploaded, s.uploaded...)
	}
	s.preempting = s.preempting || r.preempting
	limit := s.maxRequest
	s.mu.Unlock()
	if s.cfg.OnTooLarge != nil && parts > 1 {
		s.cfg.OnTooLarge(size, limit)
	}
	return true
}

// refit splits the chunks in memory that are larger than limit, between lines.
func (q *queue) refit(limit int) {
	var fitting []*chunk
	for i, c := range q.head {
		if len(c.buf) <= limit || c.lines <= 1 {
			if fitting != nil {
				fitting = append(fitting, c)
			}
			continue
		}
		if fitting == nil {
			fitting = append(make([]*chunk, 0, 2*len(q.head)), q.head[:i]...)
		}
		fitting = append(fitting, c.split(limit)...)
	}
	if fitting != nil {
		q.head = fitting
	}
	if c := q.open; c != nil && !q.spilled() && len(c.buf) > limit && c.lines > 1 {
		q.head, q.open = append(q.head, c.split(limit)...), nil
	}
}

// split copies the lines of c to chunks of at most limit bytes, or of one line. It copies
// because the transport may still read the request.
func (c *chunk) split(limit int) []*chunk {
	buf := bytes.Clone(c.buf)
	buf[len(buf)-1] = ',' // a bracket in a request
	var parts []*chunk
	part := &chunk{}
	begin, at := 0, 0
	for at < len(buf) {
		n := lineEnd(buf[at:])
		if part.lines > 0 && at+n-begin > limit {
			part.buf = buf[begin:at:at]
			parts = append(parts, part)
			part, begin = &chunk{}, at
		}
		part.lines++
		at += n
	}
	part.buf = buf[begin:at:at]
	return append(parts, part)
}

// lineEnd returns the length of the first line of b, a JSON string, with its comma.
func lineEnd(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return min(i+2, len(b))
		}
	}
	return len(b)
}
