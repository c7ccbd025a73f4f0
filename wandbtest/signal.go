package wandbtest

import (
	"context"
	"fmt"
	"sync"
)

// signal wakes all goroutines that wait for a change. It allocates only if one waits. The
// zero signal is ready.
type signal struct {
	mu sync.Mutex
	ch chan struct{}
}

// wait blocks until done returns true. It calls done at the start and after each broadcast. If
// ctx ends first, wait returns the cause.
func (s *signal) wait(ctx context.Context, done func() bool) error {
	for {
		s.mu.Lock()
		if s.ch == nil {
			s.ch = make(chan struct{})
		}
		changed := s.ch // from before the check, so that no change in between is missed
		s.mu.Unlock()
		if done() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (s *signal) broadcast() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}

// waitFor is wait for something of a server, named what, that look returns if it exists. A nil
// cond is satisfied by everything.
func waitFor[T any](ctx context.Context, changed *signal, what string, look func() (T, bool), cond func(T) bool) (v T, err error) {
	err = changed.wait(ctx, func() (ok bool) {
		v, ok = look()
		return ok && (cond == nil || cond(v))
	})
	if err != nil {
		return v, fmt.Errorf("wait for %s: %w", what, err)
	}
	return v, nil
}
