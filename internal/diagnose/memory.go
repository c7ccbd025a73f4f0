package diagnose

import (
	"context"
	"sync"
	"time"
)

// memoryLasts is how long findings are used for further refusals of running
// runs. It covers two heartbeats, so that an account that loses a right is
// refused everything else within it; a later refusal may have another cause.
const memoryLasts = time.Minute

// memory keeps the findings about running runs, whose rows, settings and files
// are mostly refused one after the other for the same reason. The zero value is
// ready to use; it is safe for concurrent use.
type memory struct {
	mu    sync.Mutex
	known map[memoryKey]*remembered
}

type memoryKey struct {
	target    target
	runID     string
	questions Class // see [Class.questions]
}

type remembered struct {
	done     chan struct{}
	at       time.Time
	findings *Findings
}

// get returns the findings of ask, which the first caller runs. Others wait for
// it until ctx ends, and then get empty findings.
func (m *memory) get(ctx context.Context, key memoryKey, ask func() *Findings) *Findings {
	m.mu.Lock()
	one := m.known[key]
	first := one == nil || one.old()
	if first {
		one = &remembered{done: make(chan struct{})}
		m.forget()
		m.known[key] = one
	}
	m.mu.Unlock()
	if first {
		one.findings, one.at = ask(), time.Now()
		if ctx.Err() != nil { // the questions were cut short
			m.drop(key, one)
		}
		close(one.done)
		return one.findings
	}
	select {
	case <-one.done:
		return one.findings
	case <-ctx.Done():
		return &Findings{}
	}
}

func (m *memory) drop(key memoryKey, one *remembered) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[key] == one {
		delete(m.known, key)
	}
}

// forget drops what is old; m.mu is held.
func (m *memory) forget() {
	if m.known == nil {
		m.known = make(map[memoryKey]*remembered)
	}
	for key, one := range m.known {
		if one.old() {
			delete(m.known, key)
		}
	}
}

func (r *remembered) old() bool {
	select {
	case <-r.done:
		return time.Since(r.at) > memoryLasts
	default:
		return false
	}
}
