package session

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/environment"
)

const (
	// describeTimeout is how long a source may take to say what it measures.
	describeTimeout = 10 * time.Second
	// diffTimeout is how long git may take, in a large repository on a slow disk.
	diffTimeout = 30 * time.Second
	// maxDiff excludes changes that are not of a program, such as data under version control.
	maxDiff = 10 << 20
)

// lookups find out what takes longer than a program should wait for Init. They start
// with the run, and its end waits for them.
type lookups struct {
	stop context.CancelFunc // nil if nothing is looked up
	work sync.WaitGroup
}

// Describer is a source that describes what it measures.
type Describer interface {
	Describe(ctx context.Context) (map[string]any, error)
}

// startLookups starts the lookups.
func (s *Session) startLookups() {
	p := s.plan
	var ctx context.Context
	ctx, s.lookups.stop = context.WithCancel(context.Background())
	if p.Machine.described() {
		for _, source := range p.Sources {
			if d, ok := source.(Describer); ok {
				s.lookups.work.Go(func() { s.lookUpDevices(ctx, p.Machine, d) })
			}
		}
	}
	if p.SaveDiff {
		dir, _ := os.Getwd() // the program may leave it
		s.lookups.work.Go(func() { s.lookUpDiff(ctx, dir) })
	}
}

// lookupStopWait is how long a lookup may take to heed its context.
const lookupStopWait = 2 * time.Second

// wait waits for the lookups, and stops them when ctx ends. One that does not heed its
// context is left behind: it must not hold the end of the run.
func (l *lookups) wait(ctx context.Context) {
	if l.stop == nil {
		return
	}
	finished := make(chan struct{})
	go func() {
		l.work.Wait()
		close(finished)
	}()
	within, cancel := context.WithTimeout(ctx, diffTimeout) // the longest that one is allowed
	defer cancel()
	select {
	case <-finished:
	case <-within.Done():
	}
	l.stop()
	select {
	case <-finished:
	case <-time.After(lookupStopWait):
	}
}

// lookUpDevices adds to the description of the machine what a source measures:
// on disk, in the config and in the file.
func (s *Session) lookUpDevices(ctx context.Context, m *Machine, d Describer) {
	ctx, cancel := context.WithTimeout(ctx, describeTimeout)
	defer cancel()
	facts, err := d.Describe(ctx)
	if err == nil && len(facts) == 0 {
		return
	}
	if err == nil {
		err = m.add(facts)
	}
	if err != nil {
		s.env.Log.WarnContext(ctx, "cannot describe what a metric source measures", "run", s.String(), "error", err)
		return
	}
	s.mu.Lock()
	closed := s.closed // the source did not heed its context
	if !closed {
		s.config.Own.Environments = m.Config(s.config.Own.Environments)
		s.putConfig()
		_ = s.sink.Put(m.record())
	}
	s.mu.Unlock()
	if closed {
		return
	}
	s.sink.SaveOwn(fileMetadata, m.text())
}

// lookUpDiff saves what differs from the commit.
func (s *Session) lookUpDiff(ctx context.Context, dir string) {
	ctx, cancel := context.WithTimeout(ctx, diffTimeout)
	defer cancel()
	diff, err := environment.Diff(ctx, dir, maxDiff)
	switch {
	case err != nil:
		s.env.Log.WarnContext(ctx, "cannot save the difference from the commit", "run", s.String(), "error", err)
	case len(diff) > 0:
		s.sink.SaveOwn("diff.patch", diff)
	}
}

// fileMetadata is the file that describes the process and its machine.
const fileMetadata = "wandb-metadata.json"
