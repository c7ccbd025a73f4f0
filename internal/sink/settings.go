package sink

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
)

// updater sends changes of a run's settings to the server: at most one request at a
// time, each with everything that changed meanwhile. It owns one goroutine, from the
// first change on.
type updater struct {
	server *Server

	mu      sync.Mutex
	changed bool  // something waits to be sent
	params  bool  // it is more than the config
	begun   bool  // the goroutine runs
	ended   bool  // and is not to be begun any more
	dropped bool  // nothing is sent any more
	last    error // of the last request

	// invalid belongs to the goroutine.
	invalid invalidSettings

	wake  chan struct{}   // a change came
	flush chan chan error // send now, and answer
	ctx   context.Context // of the goroutine
	stop  context.CancelFunc
	done  chan struct{}
}

func newUpdater(s *Server) *updater {
	ctx, stop := context.WithCancel(context.Background())
	return &updater{
		server: s, ctx: ctx, stop: stop, invalid: make(invalidSettings),
		wake: make(chan struct{}, 1), flush: make(chan chan error), done: make(chan struct{}),
	}
}

// change notes that the config, or with params another setting, changed.
func (u *updater) change(params bool) {
	u.mu.Lock()
	u.changed = true
	u.params = u.params || params
	if !u.begun && !u.ended {
		u.begun = true
		go u.loop(u.ctx)
	}
	u.mu.Unlock()
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

// finish sends what is waiting, without delay, and stops the goroutine. It also sends
// what was refused before, because a role may have been changed meanwhile.
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
	return u.sendNow(ctx)
}

// flushNow sends what is waiting, without delay.
func (u *updater) flushNow(ctx context.Context) error {
	u.mu.Lock()
	begun := u.begun
	u.mu.Unlock()
	if !begun {
		return nil
	}
	return u.sendNow(ctx)
}

// sendNow has the goroutine send what is waiting.
func (u *updater) sendNow(ctx context.Context) error {
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
				due = time.After(u.server.cfg.SettingsDelay)
			}
		case <-due:
			due = nil
			err := u.send(ctx)
			switch {
			case err == nil || ctx.Err() != nil:
			case passes(ctx, err):
				due = time.After(u.server.cfg.SettingsDelay)
			default:
				u.server.report(err)
				refused = !wrongInput(ctx, err) // then the next change may be right
			}
		case answer := <-u.flush:
			err := u.send(ctx)
			if err == nil {
				err = u.invalid.first()
			}
			answer <- err
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

// send sends the request if there is anything to send and a server to send it to. It is called
// from one goroutine.
func (u *updater) send(ctx context.Context) error {
	if u.closed() {
		return nil // the log has it
	}
	u.mu.Lock()
	changed, params := u.changed, u.params
	u.changed, u.params = false, false
	u.mu.Unlock()
	if !changed {
		return nil
	}
	in := u.invalid.without(u.server.cfg.Settings(params))
	err := u.upsert(ctx, in)
	var refused error
	if wrongInput(ctx, err) {
		refused, err = u.sendEach(ctx, in, err)
	}
	left := u.invalid.first()
	u.mu.Lock()
	u.last = cmp.Or(err, left)
	if err != nil {
		u.changed, u.params = true, u.params || params
	}
	u.mu.Unlock()
	if err == nil && left == nil {
		u.server.report(nil)
	}
	return cmp.Or(err, refused)
}

func (u *updater) upsert(ctx context.Context, in graphql.UpsertBucketInput) error {
	resp, err := graphql.UpsertBucket(ctx, u.server.cfg.GraphQL, in)
	if err == nil {
		_, err = AcceptedRun(u.server.cfg.Target, Settings.op(), resp)
	}
	return err
}

// sendEach sends the settings of a refused request one by one, so that the server gets
// all but those that it refuses as invalid.
func (u *updater) sendEach(ctx context.Context, in graphql.UpsertBucketInput, refusal error) (refused, err error) {
	err = UpsertEach(in, refusal, func(in graphql.UpsertBucketInput) error { return u.upsert(ctx, in) }, func(part UpsertPart, err error) bool {
		if !wrongInput(ctx, err) {
			return false
		}
		u.invalid[part.Setting] = invalidSetting{part.Input, err}
		refused = cmp.Or(refused, err)
		return true
	})
	return refused, err
}

// lastError is that of the last request, nil if it was answered with a yes.
func (u *updater) lastError() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.last
}

// report reports what became of a change.
func (s *Server) report(err error) {
	if s.cfg.OnSettings != nil {
		s.cfg.OnSettings(err)
	}
}

// drop discards what is waiting: nothing is sent from here on.
func (u *updater) drop() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.dropped = true
}

func (u *updater) closed() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.dropped
}
