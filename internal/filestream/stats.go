package filestream

// Stats are counts since the stream was created.
type Stats struct {
	// History and Events count lines.
	History, Events FileStats
	// ConsoleDropped counts console lines that were dropped because of ConsoleLimit.
	ConsoleDropped int64
	// SummariesSkipped counts summaries that were too long to send, and
	// SummaryTooLong says that the latest was.
	SummariesSkipped int64
	SummaryTooLong   bool
}

// FileStats are the counts of one file.
type FileStats struct {
	// Accepted counts lines that Append accepted, Acked those that the server
	// acknowledged.
	Accepted, Acked int64
}

// Stats returns the current counts.
func (s *Stream) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.stats
	out.History = FileStats{Accepted: s.history.accepted, Acked: s.history.acked}
	out.Events = FileStats{Accepted: s.events.accepted, Acked: s.events.acked}
	out.ConsoleDropped = s.console.dropped
	return out
}
