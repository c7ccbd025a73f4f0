package client

import (
	"context"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
)

// updater brings later changes of a run's settings to the server: at most one
// request at a time, each with everything that changed meanwhile. It owns one
// goroutine, from the first change on.
type updater struct {
	run *Run

	mu      sync.Mutex
	changed bool  // something waits to be sent
	params  bool  // it is more than the config
	begun   bool  // the goroutine runs
	ended   bool  // and is not to be begun any more
	last    error // of the last request

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

// finish sends what waits, without delay, and ends the goroutine. It also sends what
// was refused before, as a role may have been mended meanwhile.
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
	refused := false         // for good, so that only finish tries again
	for {
		select {
		case <-ctx.Done():
			return
		case <-u.wake:
			if due == nil && !refused {
				due = time.After(u.run.client.cadence.ConfigDelay)
			}
		case <-due:
			due = nil
			err := u.send(ctx)
			switch {
			case err == nil || ctx.Err() != nil:
			case passes(ctx, err):
				due = time.After(u.run.client.cadence.ConfigDelay)
			default:
				u.run.client.log.Warn("the server does not take a change of the run's settings", "run", u.run.String(), "error", err)
				u.run.up.refused(partSettings, err) //nolint:contextcheck // why is asked beside it
				refused = !wrongInput(ctx, err)     // then the next change may be right
			}
		case answer := <-u.flush:
			answer <- u.send(ctx)
		}
	}
}

// passes reports whether a failed request is worth another try, after all those that
// the transport made: the server is away for a while.
func passes(ctx context.Context, err error) bool {
	switch classOf(ctx, err) {
	case diagnose.Unreachable, diagnose.RateLimited, diagnose.ServerError:
		return true
	default:
		return false
	}
}

// wrongInput reports whether it is the change that the server does not like.
func wrongInput(ctx context.Context, err error) bool {
	return classOf(ctx, err) == diagnose.Input
}

func classOf(ctx context.Context, err error) diagnose.Class {
	if _, ok := errors.AsType[*graphql.Error](err); !ok {
		return diagnose.Unexpected
	}
	return diagnose.Classify(ctx, err).Class
}

// send makes the request, if there is anything to say, and somebody to say it to.
func (u *updater) send(ctx context.Context) error {
	if u.run.up.ended.Load() {
		return nil // the journal has it
	}
	u.mu.Lock()
	changed, params := u.changed, u.params
	u.changed, u.params = false, false
	u.mu.Unlock()
	if !changed {
		return nil
	}
	resp, err := graphql.UpsertBucket(ctx, u.run.graphql, u.run.update(params))
	if err == nil {
		_, err = u.run.client.bucketOf(u.run.question(partSettings.op()), resp)
	}
	u.mu.Lock()
	if u.last = err; err != nil {
		u.changed, u.params = true, u.params || params
	}
	u.mu.Unlock()
	if err == nil {
		u.run.up.taken(partSettings)
	}
	return err
}

// lastError is that of the last request, nil if it was answered with a yes.
func (u *updater) lastError() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.last
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
