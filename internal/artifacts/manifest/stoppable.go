package manifest

import (
	"context"
	"io"
)

// Stoppable returns a reader of r that ends with the context's cause when ctx ends: to hash a
// large content takes minutes.
func Stoppable(ctx context.Context, r io.Reader) io.Reader { return &stoppable{ctx, r} }

type stoppable struct {
	ctx context.Context //nolint:containedctx // of one content
	r   io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.r.Read(p)
}
