package filestream

// Done is closed when the stream will send no more.
func (s *Stream) Done() <-chan struct{} { return s.done }

// Memory returns the bytes of rows and events in memory, and whether rows are in the temporary
// file.
func (s *Stream) Memory() (bytes int64, spilled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mem, s.history.spilled()
}
