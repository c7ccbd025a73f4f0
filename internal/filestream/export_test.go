package filestream

// Done is closed when the stream will send no more.
func (s *Stream) Done() <-chan struct{} { return s.done }
