package api

import (
	"context"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
)

// Sample returns at most n rows that are spread evenly over the history, for a plot. With keys these
// are rows that have all of them, reduced to them and _step. It blocks until there is a response, and
// returns the errors of [API.Run].
func (r *Run) Sample(ctx context.Context, n int, keys ...string) ([]Row, error) {
	if n < 1 {
		return nil, &errors.InputError{Field: "number of samples", Rule: "must be at least 1"}
	}
	if len(keys) > 0 {
		return r.sampleKeys(ctx, n, keys)
	}
	at := r.path()
	resp, err := graphql.SampleHistory(ctx, r.api.conn.GraphQL, gqlclient.Optional(at.Entity), &at.Project, at.ID, n)
	if err == nil && (resp.Project == nil || resp.Project.Run == nil) {
		err = errNoRun
	}
	if err != nil {
		return nil, r.explain(ctx, diagnose.OpReadRun, err)
	}
	return r.decoded(rowsOf(resp.Project.Run.History))
}

func (r *Run) sampleKeys(ctx context.Context, n int, keys []string) ([]Row, error) {
	lines, err := r.sampled(ctx, sampleSpec{Keys: append([]string{stepKey}, keys...), Samples: n})
	if err != nil {
		return nil, r.explain(ctx, diagnose.OpReadRun, err)
	}
	rows, err := r.decoded(rowsOf(lines))
	for _, row := range rows {
		row.finite()
	}
	return rows, err
}

func (r *Run) decoded(rows []Row, err error) ([]Row, error) {
	if err != nil {
		return nil, r.unreadable(err)
	}
	return rows, nil
}

// MaxSystemRows is how many rows [Run.SystemMetrics] returns at most.
const MaxSystemRows = 10_000

// SystemMetrics returns the measurements of the run's process and machine, such as system.cpu, in
// the order of time. Of more than [MaxSystemRows] it returns a selection that is spread evenly. It
// blocks until there is a response, and returns the errors of [API.Run].
func (r *Run) SystemMetrics(ctx context.Context) ([]Row, error) {
	at := r.path()
	resp, err := graphql.RunEvents(ctx, r.api.conn.GraphQL, gqlclient.Optional(at.Entity), &at.Project, at.ID, MaxSystemRows)
	if err == nil && (resp.Project == nil || resp.Project.Run == nil) {
		err = errNoRun
	}
	if err != nil {
		return nil, r.explain(ctx, diagnose.OpReadRun, err)
	}
	return r.decoded(rowsOf(resp.Project.Run.Events))
}
