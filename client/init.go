package client

import (
	"context"
	"net/http"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/settings"
)

// Init creates a run with a client made from the environment, which lives as
// long as the run; see [Client.Init]. Each call makes a Client of its own, so
// that concurrent calls share nothing: where 64 of them are refused, 64 ask the
// server why. Programs with many runs make one Client with [New], whose Inits
// share connections and, where they are refused alike, one diagnosis.
func Init(ctx context.Context, opts RunOptions) (*Run, error) {
	c, err := New(Options{})
	if err != nil {
		return nil, err
	}
	run, err := c.Init(ctx, opts)
	if err != nil {
		c.Close()
		return nil, err
	}
	run.ownsClient = true
	return run, nil
}

// Init creates a run and blocks until the server has taken or refused it: one
// request on success (one more to resume or rewind, and one to exchange an identity
// token), and at most Options.InitTimeout. When the server refuses,
// Init asks it follow-up questions for at most Options.DiagnosisTimeout and
// returns an *errors.PermissionError that says why. Other failures come as an
// *errors.RequestError (ErrRunDeleted, ErrRateLimited, ErrServerUnavailable,
// ErrWrongBaseURL, ErrSchemaMismatch; when resuming also ErrRunExists and
// ErrRunMissing) and names that break a rule, before any
// request, as an *errors.InputError. With RunOptions.OnRefused the run can go on
// without the server instead. A failed Init leaves nothing running. ctx bounds
// Init, not the run.
//
// Init is safe for concurrent use. Concurrent Inits of one Client that name the
// same entity and project and get the same refusal share one diagnosis; Inits of
// different Clients, and thus those of the function [Init], never do.
func (c *Client) Init(ctx context.Context, opts RunOptions) (*Run, error) {
	plan, err := c.plan(opts)
	if err != nil {
		return nil, err
	}
	switch plan.mode {
	case settings.ModeDisabled:
		return c.startDisabled(plan), nil
	case settings.ModeOffline:
		return c.startOffline(plan, nil) //nolint:contextcheck // the run outlives the context of Init
	}
	run, err := c.create(ctx, plan)
	if err == nil || opts.OnRefused == nil || !survivable(ctx, err) {
		return run, err
	}
	if opts.OnRefused(err) == GoOffline {
		c.log.Warn("the run goes on without the server", "error", err)
		return c.goOn(plan, err), nil //nolint:contextcheck // the run outlives the context of Init
	}
	return nil, err
}

// goOn starts the run without the server: on disk or, where that has no place, nowhere.
func (c *Client) goOn(p *plan, cause error) *Run {
	run, err := c.startOffline(p, cause)
	if err != nil {
		return c.startHomeless(p, errors.Join(cause, flat{err}))
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
	q := p.question()
	if err := c.diagnoser.CheckKey(q); err != nil {
		return nil, err
	}
	request := c.diagnoser.Begin(p.entity, p.project)
	defer request.End()

	within, cancel := context.WithTimeout(ctx, c.initTimeout)
	defer cancel()
	defer c.display.Waiting(c.settings.BaseURL.Text, c.initTimeout)()
	explain := func(q diagnose.Question, err error) error {
		return request.Explain(ctx, within, q, err)
	}
	if err := c.continueFrom(within, p, explain); err != nil {
		return nil, err
	}
	resp, err := graphql.UpsertBucket(within, p.graphql, p.upsert())
	if err != nil {
		return nil, explain(q, err)
	}
	bucket, err := c.bucketOf(q, resp)
	if err != nil {
		return nil, err
	}
	return c.startOnline(p, bucket), nil //nolint:contextcheck // the run outlives the context of Init
}

// bucketOf is the run that an upsert returned. A yes without one is none.
func (c *Client) bucketOf(q diagnose.Question, resp *graphql.UpsertBucketResponse) (*graphql.Run, error) {
	if resp.UpsertBucket == nil || resp.UpsertBucket.Bucket == nil {
		return nil, &errors.RequestError{
			Op: string(q.Op), Entity: q.Entity, Project: q.Project, RunID: q.RunID, BaseURL: c.settings.BaseURL.Text,
			Cause: errors.ErrUnexpectedAnswer, StatusCode: http.StatusOK, Hint: "the server accepted the request and returned no run",
		}
	}
	return resp.UpsertBucket.Bucket, nil
}
