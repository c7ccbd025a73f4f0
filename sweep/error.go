package sweep

import (
	"context"
	"net/http"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/runpath"
)

func question(op diagnose.Op, at runpath.Path) diagnose.Question {
	return diagnose.Question{Op: op, Entity: at.Entity, Project: at.Project, Sweep: at.ID}
}

// explain is the public error of a request about a sweep.
func explain(ctx context.Context, c *client.Client, op diagnose.Op, at runpath.Path, err error) error {
	return connection.Of(c).Diagnoser.Explain(ctx, ctx, question(op, at), err)
}

// checkKey returns the error of a request that cannot be made with the client's key, without
// making it.
func checkKey(c *client.Client, op diagnose.Op, at runpath.Path) error {
	return connection.Of(c).Diagnoser.CheckKey(question(op, at))
}

// failed is the public error of a request that was answered, if not as it asked.
func failed(c *client.Client, op diagnose.Op, at runpath.Path, cause, err error) error {
	return connection.Of(c).Diagnoser.Failed(question(op, at), errors.RequestError{Cause: cause, Err: err})
}

// explainAgent is [explain] for an agent's request. A server says with the same status that the sweep
// is missing and that the project is, so it is asked which.
func explainAgent(ctx context.Context, c *client.Client, at runpath.Path, err error) error {
	if !notFound(err) {
		return explain(ctx, c, diagnose.OpRunAgent, at, err)
	}
	resp, probed := graphql.ReadSweep(ctx, connection.Of(c).GraphQL.ForProbes(), gqlclient.Optional(at.Entity), &at.Project, at.ID)
	switch {
	case probed != nil:
		return explain(ctx, c, diagnose.OpRunAgent, at, err)
	case resp.Project == nil:
		return explain(ctx, c, diagnose.OpRunAgent, at, diagnose.ErrNoProject)
	}
	return failed(c, diagnose.OpRunAgent, at, errors.ErrSweepMissing, err)
}

// notFound reports whether the server says that it has no such thing.
func notFound(err error) bool {
	e, ok := errors.AsType[*graphql.Error](err)
	return ok && e.FromWandB() && e.StatusCode == http.StatusNotFound
}

// refused reports whether the server does not allow the request, as opposed to a failure that may be
// over at the next attempt.
func refused(err error) bool {
	e, ok := errors.AsType[*graphql.Error](err)
	return ok && e.FromWandB() && (e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden)
}
