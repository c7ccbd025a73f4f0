package objectstore

import "context"

// DefaultParallel is an eighth of the official client's 128. Each transfer has a
// connection, an open file and a buffer. Fewer of them fill a host's network, and
// with 128 the 64 runs of one process would have 8,192.
const DefaultParallel = 16

// Slots bounds the number of concurrent transfers. Several runs may share it.
type Slots chan struct{}

// NewSlots allows n concurrent transfers, at least one.
func NewSlots(n int) Slots { return make(Slots, max(n, 1)) }

// Take waits for a free slot, which the caller gives back with Release. The error is the cause of
// the end of ctx.
func (s Slots) Take(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Release gives a slot back.
func (s Slots) Release() { <-s }
