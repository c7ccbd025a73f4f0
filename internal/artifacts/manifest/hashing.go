package manifest

import (
	"context"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
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

// Parallel calls functions with the numbers below n, on all cores: each has a function of its own,
// which worker returns. The first error ends it.
func Parallel(ctx context.Context, n int, worker func() func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			do := worker()
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}
