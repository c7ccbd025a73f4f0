package client

import (
	"context"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/diagnose"
)

// findings remembers what was found out about a refusal, by the questions that were
// asked.
type findings struct {
	mu    sync.Mutex
	known map[diagnose.Class]*finding
}

type finding struct {
	done  chan struct{}
	at    time.Time
	found *diagnose.Findings
}

// findingLasts is how long what was found out stands for further refusals. Rows or a
// heartbeat go twice in that, so that whoever lost a right is refused the rest as well;
// a refusal that comes later may have another cause.
const findingLasts = time.Minute

// get returns what ask found, which is called by the first who comes. Others wait for
// as long as ctx lasts.
func (f *findings) get(ctx context.Context, questions diagnose.Class, ask func() *diagnose.Findings) *diagnose.Findings {
	f.mu.Lock()
	one := f.known[questions]
	first := one == nil || one.old()
	if first {
		one = &finding{done: make(chan struct{})}
		if f.known == nil {
			f.known = make(map[diagnose.Class]*finding)
		}
		f.known[questions] = one
	}
	f.mu.Unlock()
	if first {
		one.found, one.at = ask(), time.Now()
		close(one.done)
		return one.found
	}
	select {
	case <-one.done:
		return one.found
	case <-ctx.Done():
		return &diagnose.Findings{}
	}
}

func (f *finding) old() bool {
	select {
	case <-f.done:
		return time.Since(f.at) > findingLasts
	default:
		return false
	}
}
