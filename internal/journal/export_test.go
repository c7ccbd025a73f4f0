package journal

// Sizes returns the length of the log, and how much of it the operating system has.
func (w *Writer) Sizes() (size, written int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.end(), w.off
}
