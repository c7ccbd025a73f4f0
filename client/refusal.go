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
	return c.explainBy(ctx, q, err, func(ctx context.Context, r *diagnose.Refusal) *diagnose.Findings {
		return c.find(ctx, t, q, r)
	})
}

// explainBy is explain with another way to the answers of the questions.
func (c *Client) explainBy(
	ctx context.Context, q diagnose.Question, err error, find func(context.Context, *diagnose.Refusal) *diagnose.Findings,
) error {
	r := diagnose.Classify(ctx, err)
	x := c.context(q)
	if !r.IsRefusal() {
		return diagnose.Fail(ctx, x, r)
	}
	findings := &diagnose.Findings{Entity: q.Entity}
	if r.NeedsProbes() {
		ctx, cancel := context.WithTimeout(ctx, c.diagnosisTimeout)
		defer cancel()
		findings = find(ctx, r).About(q.RunID)
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

// find asks the questions that a refusal calls for, once for all requests that are
// refused for it now.
func (c *Client) find(ctx context.Context, t *diagnose.Ticket, q diagnose.Question, r *diagnose.Refusal) *diagnose.Findings {
	return t.Diagnose(ctx, r, func(ctx context.Context) *diagnose.Findings {
		ctx, cancel := context.WithTimeout(ctx, c.diagnosisTimeout)
		defer cancel()
		return diagnose.Ask(ctx, c.graphql.ForProbes(), r.Class, q)
	})
}

// explainRequest is explain for a request that stands alone.
func (c *Client) explainRequest(ctx context.Context, q diagnose.Question, err error) error {
	ticket := c.shared.Enter(diagnose.Place{Entity: q.Entity, Project: q.Project})
	defer ticket.Leave()
	return c.explain(ctx, ticket, q, err)
}

// question is what the server was asked to do for a run that it has.
func (r *Run) question(op string) diagnose.Question {
	return diagnose.Question{Op: op, Entity: r.entity, Project: r.project, RunID: r.id}
}

// why is explain for what the server does not take of a run in mid-run. Its settings,
// files and rows are mostly refused together, and the questions are then asked once.
func (u *upload) why(ctx context.Context, p part, cause error) error {
	if !unexplained(cause) {
		return cause
	}
	c, q := u.run.client, u.run.question(p.op())
	return c.explainBy(ctx, q, answerOf(cause), func(ctx context.Context, r *diagnose.Refusal) *diagnose.Findings {
		return u.found.get(ctx, r.Class.Questions(), func() *diagnose.Findings {
			ticket := c.shared.Enter(diagnose.Place{Entity: q.Entity, Project: q.Project})
			defer ticket.Leave()
			return c.find(ctx, ticket, q, r)
		})
	})
}

// firstReading is what can be said before any follow-up question is answered.
func (u *upload) firstReading(p part, cause error) error {
	if !unexplained(cause) {
		return cause
	}
	x := u.run.client.context(u.run.question(p.op()))
	refusal := diagnose.Classify(context.Background(), answerOf(cause))
	if !refusal.IsRefusal() {
		return diagnose.Fail(context.Background(), x, refusal)
	}
	nothing := &diagnose.Findings{Entity: u.run.entity}
	return diagnose.Refuse(x, refusal, nothing, diagnose.Decide(refusal, nothing))
}

// unexplained reports whether an error is of a request, and none of the public types.
func unexplained(err error) bool {
	if public(err) {
		return false
	}
	_, refused := errors.AsType[*filestream.RefusedError](err)
	_, failed := errors.AsType[*graphql.Error](err)
	return refused || failed
}

func public(err error) bool {
	_, refused := errors.AsType[*errors.PermissionError](err)
	_, failed := errors.AsType[*errors.RequestError](err)
	return refused || failed
}

// answered reports whether an error says what became of a request.
func answered(err error) bool { return public(err) || unexplained(err) }

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
