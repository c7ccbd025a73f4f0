package filestream

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
	for _, c := range q.head {
		fitting = append(fitting, c.split(limit)...)
	}
	q.head = fitting
	if c := q.open; c != nil && !q.spilled() && len(c.buf) > limit {
		q.head, q.open = append(q.head, c.split(limit)...), nil
	}
}

// split returns the lines of c in chunks of at most limit bytes, or of one line. They share
// the memory of c.
func (c *chunk) split(limit int) []*chunk {
	if len(c.buf) <= limit || c.lines <= 1 {
		return []*chunk{c}
	}
	var parts []*chunk
	part := &chunk{shared: true}
	begin, at := 0, 0
	for at < len(c.buf) {
		n := lineEnd(c.buf[at:])
		if part.lines > 0 && at+n-begin > limit {
			part.buf = c.buf[begin:at]
			parts = append(parts, part)
			part, begin = &chunk{shared: true}, at
		}
		part.lines++
		at += n
	}
	part.buf = c.buf[begin:at]
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
