package client

import (
	"context"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
)

// updater brings later changes of a run's settings to the server: at most one
// request at a time, each with everything that changed meanwhile. It owns one
// goroutine, from the first change on.
type updater struct {
	run *Run

	mu      sync.Mutex
	changed bool // something waits to be sent
	params  bool // it is more than the config
	begun   bool // the goroutine runs
	ended   bool // and is not to be begun any more

	begin func()
	wake  chan struct{}   // a change came
	flush chan chan error // send now, and answer
	stop  context.CancelFunc
	done  chan struct{}
}

func newUpdater(r *Run) *updater {
	ctx, stop := context.WithCancel(context.Background())
	u := &updater{
		run:   r,
		wake:  make(chan struct{}, 1),
		flush: make(chan chan error),
		stop:  stop,
		done:  make(chan struct{}),
	}
	u.begin = func() { go u.loop(ctx) }
	return u
}

// change notes that the config, or with params another setting, changed.
func (u *updater) change(params bool) {
	u.mu.Lock()
	u.changed = true
	u.params = u.params || params
	if !u.begun && !u.ended {
		u.begun = true
		u.begin()
	}
	u.mu.Unlock()
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

// finish sends what waits, without delay, and ends the goroutine.
func (u *updater) finish(ctx context.Context) error {
	u.mu.Lock()
	begun := u.begun
	u.ended = true
	u.mu.Unlock()
	if !begun {
		u.stop()
		return nil
	}
	defer func() {
		u.stop()
		<-u.done
	}()
	answer := make(chan error, 1)
	select {
	case u.flush <- answer:
	case <-u.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (u *updater) loop(ctx context.Context) {
	defer close(u.done)
	var due <-chan time.Time // nil while nothing waits
	for {
		select {
		case <-ctx.Done():
			return
		case <-u.wake:
			if due == nil {
				due = time.After(u.run.client.cadence.ConfigDelay)
			}
		case <-due:
			due = nil
			if err := u.send(ctx); err != nil && ctx.Err() == nil {
				u.run.refusedUpdate(ctx, err)
			}
		case answer := <-u.flush:
			answer <- u.send(ctx)
		}
	}
}

// send makes the request, if there is anything to say.
func (u *updater) send(ctx context.Context) error {
	u.mu.Lock()
	changed, params := u.changed, u.params
	u.changed, u.params = false, false
	u.mu.Unlock()
	if !changed {
		return nil
	}
	_, err := graphql.UpsertBucket(ctx, u.run.graphql, u.run.update(params))
	if err != nil {
		u.mu.Lock()
		u.changed, u.params = true, u.params || params
		u.mu.Unlock()
	}
	return err
}

// update is the request that brings the run's settings to the server. Only what
// may have changed is in it, so that other writers' changes stay.
func (r *Run) update(params bool) graphql.UpsertBucketInput {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := graphql.UpsertBucketInput{
		Name:       &r.id,
		ModelName:  &r.project,
		EntityName: optional(r.entity),
		Config:     new(string(r.config.Wire())),
	}
	if params {
		r.labels.describe(&in)
	}
	return in
}

// refusedUpdate is called when a later change did not reach the server for good.
func (r *Run) refusedUpdate(ctx context.Context, err error) {
	if _, ok := errors.AsType[*graphql.Error](err); !ok {
		return
	}
	err = r.client.explainUpload(ctx, r, err)
	r.client.log.Warn("a change of the run's settings did not reach the server", "run", r.String(), "error", err)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}
