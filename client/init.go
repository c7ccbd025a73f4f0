package client

import (
	"context"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/oneline"
	"github.com/wandgo/wandgo/internal/session"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/sink"
)

// Init creates a run with a client made from the environment. The client is closed when
// the run is finished. See [Client.Init].
//
// Each call makes its own Client, so concurrent calls share nothing: if 64 of them are
// refused, all 64 ask the server why. Programs with many runs make one Client with
// [New], whose Inits share connections and, if they are refused alike, one diagnosis.
func Init(ctx context.Context, opts RunOptions) (*Run, error) {
	c, err := New(Options{})
	if err != nil {
		return nil, err
	}
	c.ownedByRun = true
	run, err := c.Init(ctx, opts)
	if err != nil {
		c.Close()
		return nil, err
	}
	return run, nil
}

// Init creates a run. It blocks until the server has accepted or refused it, for at most
// Options.InitTimeout. It makes one request on success, one more to resume or rewind, and
// one to exchange an identity token. A failed Init leaves nothing running. ctx bounds
// Init, not the run.
//
// If the server refuses the run, Init asks it why, for at most Options.DiagnosisTimeout.
// With RunOptions.OnRefused the run can continue without the server.
//
// Errors:
//   - *errors.PermissionError: the server refused the run; it says why.
//   - *errors.RequestError: other failures of a request (ErrRunDeleted, ErrRateLimited,
//     ErrServerUnavailable, ErrWrongBaseURL, ErrSchemaMismatch; with RunOptions.Resume
//     also ErrRunExists and ErrRunMissing).
//   - *errors.InputError: an option is invalid. No request was made.
//   - the error of ctx.
//
// Init is safe for concurrent use. Concurrent Inits of one Client for the same entity and
// project that get the same refusal share one diagnosis.
func (c *Client) Init(ctx context.Context, opts RunOptions) (*Run, error) {
	c.showWarnings()
	plan, err := c.plan(opts)
	if err != nil {
		return nil, err
	}
	run, err := c.start(ctx, plan, opts)
	if err != nil {
		return nil, err
	}
	for _, text := range plan.warnings {
		run.session.Warn(text)
	}
	return run, nil
}

// start starts a run, on the server or on disk.
func (c *Client) start(ctx context.Context, plan *plan, opts RunOptions) (*Run, error) {
	switch plan.mode {
	case settings.ModeDisabled:
		return c.run(session.New(c.env, &plan.Plan)), nil
	case settings.ModeOffline:
		return c.startOffline(plan, nil) //nolint:contextcheck // the run outlives the context of Init
	}
	run, err := c.create(ctx, plan)
	if err == nil || opts.OnRefused == nil || !survivable(ctx, err) {
		return run, err
	}
	if opts.OnRefused(err) == GoOffline {
		c.env.Log.Warn("the run continues without the server", "error", err)
		return c.continueOffline(plan, err), nil //nolint:contextcheck // the run outlives the context of Init
	}
	return nil, err
}

// startOffline starts the run on disk. cause is nil if the user chose it.
func (c *Client) startOffline(p *plan, cause error) (*Run, error) {
	if p.resume != "" && p.State == nil {
		c.env.Log.Warn("resume is ignored in offline mode: steps start at 0, and a sync appends the rows to those that the server has", "run", p.String(), "resume", p.resume)
	}
	s, err := session.StartOffline(c.env, &p.Plan, cause)
	if err != nil {
		return nil, err
	}
	return c.run(s), nil
}

// continueOffline starts the run without the server: on disk or, if that fails,
// without being stored at all.
func (c *Client) continueOffline(p *plan, cause error) *Run {
	run, err := c.startOffline(p, cause)
	if err != nil {
		return c.run(session.StartUnpersisted(c.env, &p.Plan, errors.Join(cause, oneline.Error(err))))
	}
	return run
}

// survivable reports whether a program may choose to go on without the server:
// not when its own arguments are wrong or it gave up waiting itself.
func survivable(ctx context.Context, err error) bool {
	if _, ok := errors.AsType[*errors.InputError](err); ok {
		return false
	}
	return ctx.Err() == nil
}

// create asks the server for the run.
func (c *Client) create(ctx context.Context, p *plan) (*Run, error) {
	q := p.question(diagnose.OpCreateRun)
	if err := c.env.Diagnoser.CheckKey(q); err != nil {
		return nil, err
	}
	q.Started = time.Now()
	next, err := c.recover(ctx, p, q)
	if err != nil {
		return nil, err
	}
	within, cancel := context.WithTimeout(ctx, c.env.Timeout)
	defer cancel()
	defer c.env.Screen.Waiting(c.env.Settings.BaseURL.Text, c.env.Timeout)()
	explain := func(asked diagnose.Question, err error) error {
		asked.Started = q.Started
		return c.env.Diagnoser.Explain(ctx, within, asked, err)
	}
	if err := c.continueFrom(within, p, explain); err != nil {
		return nil, err
	}
	p.leaveRoom(next)
	resp, err := graphql.UpsertBucket(within, p.GraphQL, p.upsert())
	if err != nil {
		return nil, explain(q, err)
	}
	bucket, err := sink.AcceptedRun(p.Target(c.env), q.Op, resp)
	if err != nil {
		return nil, err
	}
	return c.run(session.StartOnline(c.env, &p.Plan, bucket, p.rewind != nil)), nil //nolint:contextcheck // the run outlives the context of Init
}
