package filestream

// Stats are counts of a stream since it was made.
type Stats struct {
	// History and Events count lines.
	History, Events FileStats
	// ConsoleDropped counts console lines dropped for want of memory.
	ConsoleDropped int64
	// SummariesSkipped counts summaries that were too long to send, and
	// SummaryTooLong says that the latest was.
	SummariesSkipped int64
	SummaryTooLong   bool
	// Requests counts requests that the server answered, heartbeats included.
	Requests int64
	// Heartbeats counts the empty ones.
	Heartbeats int64
	// BytesSent counts the bodies of the answered requests.
	BytesSent int64
	// SpilledBytes counts what ever went to the temporary files.
	SpilledBytes int64
	// MemoryBytes is what lines take in memory now.
	MemoryBytes int64
}

// FileStats are the counts of one file.
type FileStats struct {
	// Accepted lines were taken by Append, Acked ones answered by the server,
	// Lost ones refused by Append: too long, or no room left.
	Accepted, Acked, Lost int64
	// WaitingBytes is what the waiting lines take, in memory and on disk.
	WaitingBytes int64
}

// Stats returns the counts at this moment.
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
	return FileStats{Accepted: q.accepted, Acked: q.acked, Lost: q.lost, WaitingBytes: q.waiting}
}
