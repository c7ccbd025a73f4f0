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
	// Requests counts requests with a response, including heartbeats.
	Requests int64
	// Heartbeats counts empty requests.
	Heartbeats int64
	// BytesSent is the size of the bodies of these requests.
	BytesSent int64
	// SpilledBytes is how much was written to the temporary files.
	SpilledBytes int64
	// MemoryBytes is the memory that lines use now.
	MemoryBytes int64
}

// FileStats are the counts of one file.
type FileStats struct {
	// Accepted counts lines that Append accepted, Acked those that the server
	// acknowledged, Lost those that Append did not accept: too long, or no room.
	Accepted, Acked, Lost int64
}

// Stats returns the current counts.
func (s *Stream) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.stats
	out.History, out.Events = s.history.stats(), s.events.stats()
	out.ConsoleDropped = s.console.dropped
	out.MemoryBytes = s.mem
	return out
}

func (q *queue) stats() FileStats {
	return FileStats{Accepted: q.accepted, Acked: q.acked, Lost: q.lost}
}
