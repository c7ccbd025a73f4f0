package journal

// On Plan 9 each file server has texts of its own for its failures.

func isFull(error) bool { return false }

func isReadOnly(error) bool { return false }
