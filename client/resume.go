package client

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/resume"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/runid"
	"github.com/wandgo/wandgo/internal/settings"
)

// continueFrom finds out where the run starts, where that is not the beginning.
// explain turns the error of a request into the public one.
func (c *Client) continueFrom(ctx context.Context, p *plan, explain func(diagnose.Question, error) error) error {
	switch {
	case p.resume != "":
		return c.resume(ctx, p, explain)
	case p.rewind != nil:
		return c.rewind(ctx, p, explain)
	}
	return nil // a fork sends its branch point when it is created
}

// resume asks how far the run has come and applies the resume mode.
func (c *Client) resume(ctx context.Context, p *plan, explain func(diagnose.Question, error) error) error {
	q := p.question(diagnose.OpResumeRun)
	resp, err := c.status(ctx, p)
	if err != nil {
		return explain(q, err)
	}
	if resp.Project == nil && p.resume == ResumeMust {
		// Hidden or missing: the diagnosis asks the server which.
		return explain(q, diagnose.ErrNoProject)
	}
	var found *graphql.RunState
	if resp.Project != nil {
		found = resp.Project.Bucket
	}
	exists := resume.Exists(found)
	switch {
	case exists && p.resume == ResumeNever:
		q.Op = diagnose.OpCreateRun
		return c.env.Diagnoser.Failed(q, errors.RequestError{Cause: errors.ErrRunExists})
	case !exists && p.resume == ResumeMust:
		return c.env.Diagnoser.Failed(q, errors.RequestError{Cause: errors.ErrRunMissing})
	case !exists:
		return nil
	}
	state, err := resume.Read(found)
	if err != nil { // never quietly start over
		return c.env.Diagnoser.Failed(q, errors.RequestError{Cause: errors.ErrUnexpectedAnswer, Err: err})
	}
	p.continueRun(state)
	return nil
}

// continueRun makes the plan continue a run.
func (p *plan) continueRun(state *resume.State) {
	p.inherit(state)
	p.Resumed = true
	p.Config.Own.Use(runconfig.FeatureResumed)
	if p.Labels.Tags == nil {
		p.Labels.Tags = state.Tags
	}
	p.Labels.Notes = cmp.Or(p.Labels.Notes, state.Notes)
}

// inherit adopts the run's state, and the keys of its config that this process does not
// set. Unlike the official client it keeps the metric definitions: a resumed run would
// lose its axes until they are defined again.
func (p *plan) inherit(state *resume.State) {
	p.State = state
	p.Config.Inherit(state.Config)
	var own struct {
		Metrics json.RawMessage `json:"m"`
	}
	if json.Unmarshal(state.Config["_wandb"], &own) == nil {
		p.Config.Own.Metrics = own.Metrics
	}
}

// rewind cuts the run's history off after a step.
func (c *Client) rewind(ctx context.Context, p *plan, explain func(diagnose.Question, error) error) error {
	q := p.question(diagnose.OpRewindRun)
	resp, err := graphql.RewindRun(ctx, c.env.GraphQL, graphql.RewindRunInput{
		RunName:     p.rewind.RunID,
		EntityName:  gqlclient.Optional(p.Entity),
		ProjectName: gqlclient.Optional(p.Project),
		MetricName:  "_step",
		MetricValue: float64(p.rewind.Step),
	})
	if err != nil {
		return explain(q, err)
	}
	if resp.RewindRun == nil || resp.RewindRun.RewoundRun == nil {
		return c.env.Diagnoser.Failed(q, errors.RequestError{Cause: errors.ErrRunMissing})
	}
	run := resp.RewindRun.RewoundRun
	state := &resume.State{Step: p.rewind.Step + 1, StorageID: run.Id}
	state.Lines.History = int64(gqlclient.Value(run.HistoryLineCount))
	if run.Config != nil {
		if state.Config, err = resume.ReadConfig(run.Config); err != nil {
			return c.env.Diagnoser.Failed(q, errors.RequestError{Cause: errors.ErrUnexpectedAnswer, Err: err})
		}
	}
	p.inherit(state)
	return nil
}

// chooseID sets the run's id if it has none. In resume mode auto that is the id of the last run
// that did not end well, and it is kept for the next start. A start that resumes nothing forgets
// it: what comes next is not to go on with a run from before.
func (c *Client) chooseID(p *plan) {
	root := c.env.Settings.RunRoot()
	switch {
	case p.mode == settings.ModeDisabled: // leaves no trace
	case p.resume == ResumeAuto:
		kept := resume.Recall(root)
		if p.ID != "" && kept != "" && kept != p.ID {
			c.env.Log.Warn("resume mode auto leaves the run kept for it aside: another id is given", "kept", kept, "given", p.ID)
		}
		p.ID = cmp.Or(p.ID, kept, runid.New())
		if err := resume.Remember(root, p.ID); err != nil {
			c.env.Log.Warn("remember the run id for the next start", "error", err)
		}
	case p.resume == "":
		resume.Forget(root)
	}
	p.ID = cmp.Or(p.ID, runid.New())
}
