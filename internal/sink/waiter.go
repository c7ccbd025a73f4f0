package sink

import "sync"

// waiter counts background work. Unlike a sync.WaitGroup it may be added to while
// someone waits.
type waiter struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n falls to 0; nil if no one waits
}

func (t *waiter) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n++
}

func (t *waiter) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n--; t.n == 0 && t.idle != nil {
		close(t.idle)
		t.idle = nil
	}
}

// wait blocks until there is no work.
func (t *waiter) wait() {
	t.mu.Lock()
	if t.n > 0 && t.idle == nil {
		t.idle = make(chan struct{})
	}
	idle := t.idle
	t.mu.Unlock()
	if idle != nil {
		<-idle
	}
}
