package client

import (
	"context"

	"github.com/wandgo/wandgo/internal/diagnose"
)

// question is what the server was asked to do for a run that it has.
func (r *Run) question(op diagnose.Op) diagnose.Question {
	return diagnose.Question{Op: op, Entity: r.entity, Project: r.project, RunID: r.id}
}

// why explains in mid-run what the server does not accept of a run.
func (u *upload) why(ctx context.Context, p part, cause error) error {
	return u.run.client.diagnoser.ExplainRunning(ctx, u.run.question(p.op()), cause)
}

// firstReading is what can be said before any follow-up question is answered.
func (u *upload) firstReading(p part, cause error) error {
	if !diagnose.Explainable(cause) {
		return cause
	}
	return u.run.client.diagnoser.Preliminary(context.Background(), u.run.question(p.op()), cause)
}

// answered reports whether an error says what became of a request.
func answered(err error) bool { return diagnose.Explained(err) || diagnose.Explainable(err) }
