//go:build !unix

package sweep

import (
	"errors"
	"sync"
)

// fileLock is a lock in this process.
type fileLock struct{ release func() }

var (
	lockMu sync.Mutex
	locks  = map[string]*sync.Mutex{}
)

var errLocked = errors.New("another goroutine holds the lock")

func acquire(path string, wait bool) (*fileLock, error) {
	lockMu.Lock()
	m := locks[path]
	if m == nil {
		m = &sync.Mutex{}
		locks[path] = m
	}
	lockMu.Unlock()
	if wait {
		m.Lock()
	} else if !m.TryLock() {
		return nil, errLocked
	}
	return &fileLock{m.Unlock}, nil
}
