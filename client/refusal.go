package client

import (
	"context"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/filestream"
)

// explain turns the error of a request into the public one, asking the server
// follow-up questions where they can tell more. It takes at most the diagnosis
// timeout.
func (c *Client) explain(ctx context.Context, t *diagnose.Ticket, q diagnose.Question, err error) error {
	r := diagnose.Classify(ctx, err)
	x := c.context(q)
	if !r.IsRefusal() {
		return diagnose.Fail(ctx, x, r)
	}
	findings := &diagnose.Findings{Entity: q.Entity}
	if r.NeedsProbes() {
		ctx, cancel := context.WithTimeout(ctx, c.diagnosisTimeout)
		defer cancel()
		findings = t.Diagnose(ctx, r, func(ctx context.Context) *diagnose.Findings {
			ctx, cancel := context.WithTimeout(ctx, c.diagnosisTimeout)
			defer cancel()
			return diagnose.Ask(ctx, c.graphql.ForProbes(), r.Class, q)
		}).About(q.RunID)
	}
	if ended := endOf(ctx); ended != nil { // the caller gave up: the refusal stands, and so does that
		r.Err = errors.Join(r.Err, ended)
		if r.NeedsProbes() && findings.CutShort() {
			r.Hint = "the caller's context ended meanwhile (" + context.Cause(ctx).Error() + "), which cut the follow-up questions short"
		}
	}
	return diagnose.Refuse(x, r, findings, diagnose.Decide(r, findings))
}

// endOf is why a context ended, or nil if it did not. It matches the context's
// own error as well as the cause, and names each once.
func endOf(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return errors.Join(err, cause)
}

// explainUpload is explain for what ended a run's upload.
func (c *Client) explainUpload(ctx context.Context, r *Run, err error) error {
	return c.explainRequest(ctx, r.uploadQuestion(), answerOf(err))
}

// explainRequest is explain for a request that stands alone.
func (c *Client) explainRequest(ctx context.Context, q diagnose.Question, err error) error {
	ticket := c.shared.Enter(diagnose.Place{Entity: q.Entity, Project: q.Project})
	defer ticket.Leave()
	return c.explain(ctx, ticket, q, err)
}

// firstReading is what can be said of the end of a run's upload before any
// follow-up question is answered.
func (c *Client) firstReading(r *Run, err error) error {
	x := c.context(r.uploadQuestion())
	refusal := diagnose.Classify(context.Background(), answerOf(err))
	if !refusal.IsRefusal() {
		return diagnose.Fail(context.Background(), x, refusal)
	}
	nothing := &diagnose.Findings{Entity: r.entity}
	return diagnose.Refuse(x, refusal, nothing, diagnose.Decide(refusal, nothing))
}

func (r *Run) uploadQuestion() diagnose.Question {
	return diagnose.Question{Op: "upload run", Entity: r.entity, Project: r.project, RunID: r.id}
}

// answerOf is the error as the diagnosis reads it. A file stream's answer whose
// status said yes and whose body said no is read like any other refusal.
func answerOf(err error) error {
	refused, ok := errors.AsType[*filestream.RefusedError](err)
	if !ok {
		return err
	}
	return &graphql.Error{
		Operation: "file_stream", StatusCode: refused.StatusCode, Kind: graphql.KindJSONError,
		Message: refused.Message, Body: refused.Body, Err: err,
	}
}
