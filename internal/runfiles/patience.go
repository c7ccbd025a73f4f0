package runfiles

import (
	"context"
	"io"
)

// graceBytes is how much is copied although the time is up: what a run keeps in
// memory, such as a table, is gone otherwise, and so much takes milliseconds.
const graceBytes = 8 << 20

// patience bounds copies by a context, and by graceBytes once that has ended. A nil
// patience has no bounds. One goroutine uses it.
type patience struct {
	ctx   context.Context //nolint:containedctx // of the one call that it is made for
	grace int64
}

func newPatience(ctx context.Context) *patience { return &patience{ctx, graceBytes} }

// allow returns the context's error if n more bytes are too many by now.
func (p *patience) allow(n int64) error {
	if p != nil && p.ctx.Err() != nil && n > p.grace {
		return context.Cause(p.ctx)
	}
	return nil
}

// reader reads size bytes of from, and gives up where they become too many.
func (p *patience) reader(from io.Reader, size int64) io.Reader {
	return &patientReader{io.LimitReader(from, size), p, size}
}

type patientReader struct {
	from  io.Reader
	limit *patience
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
