package runfiles

import (
	"context"
	"io"
)

// graceBytes is the number of bytes that are copied even after the context has ended.
// Content in memory, such as a table, would be lost otherwise, and the copy takes
// milliseconds.
const graceBytes = 8 << 20

// copyLimit bounds copies by a context, and by graceBytes after it has ended. A nil
// copyLimit is unlimited. It is not safe for concurrent use.
type copyLimit struct {
	ctx   context.Context //nolint:containedctx // of one call
	grace int64
}

func newCopyLimit(ctx context.Context) *copyLimit { return &copyLimit{ctx, graceBytes} }

// allow returns the context's error if n more bytes are too many.
func (p *copyLimit) allow(n int64) error {
	if p != nil && p.ctx.Err() != nil && n > p.grace {
		return context.Cause(p.ctx)
	}
	return nil
}

// reader reads size bytes of from, and fails if they become too many.
func (p *copyLimit) reader(from io.Reader, size int64) io.Reader {
	return &patientReader{io.LimitReader(from, size), p, size}
}

type patientReader struct {
	from  io.Reader
	limit *copyLimit
	left  int64
}

func (r *patientReader) Read(b []byte) (int, error) {
	if err := r.limit.allow(r.left); err != nil {
		return 0, err
	}
	n, err := r.from.Read(b)
	r.left -= int64(n)
	if r.limit != nil && r.limit.ctx.Err() != nil {
		r.limit.grace -= int64(n)
	}
	return n, err
}
