package api

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/runpath"
)

// API reads from the server of a client, with the client's key. Create it with [New]. It is
// safe for concurrent use.
type API struct {
	client *client.Client
	conn   *connection.Connection
}

// New creates an API on a client's connections. It makes no request. The client must not be
// closed before the API is used for the last time.
func New(c *client.Client) *API { return &API{client: c, conn: connection.Of(c)} }

// Format prints the server's address and no key, whatever the verb.
func (a *API) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "api of "+a.client.BaseURL())
}

func question(op diagnose.Op, at runpath.Path) diagnose.Question {
	return diagnose.Question{Op: op, Entity: at.Entity, Project: at.Project, RunID: at.ID}
}

// explain is the public error of a request about a project or a run.
func (a *API) explain(ctx context.Context, op diagnose.Op, at runpath.Path, err error) error {
	return a.withNearbyProjects(ctx, a.conn.Diagnoser.Explain(ctx, ctx, question(op, at), err))
}

// checkKey returns the error of a request that cannot be made with the client's key, without
// making it.
func (a *API) checkKey(op diagnose.Op, at runpath.Path) error {
	return a.conn.Diagnoser.CheckKey(question(op, at))
}

// withNearbyProjects adds the names of projects that the entity has to the error of a project
// that is missing.
func (a *API) withNearbyProjects(ctx context.Context, err error) error {
	missing, ok := errors.AsType[*errors.PermissionError](err)
	if !ok || missing.Project == "" || !errors.Is(missing.Cause, errors.ErrProjectMissing) && !errors.Is(missing.Cause, errors.ErrProjectHidden) {
		return err
	}
	names := errors.Suggest(missing.Project, a.projectNames(ctx, missing.Entity))
	if len(names) == 0 {
		return err
	}
	near := *missing
	near.Notes = append(slices.Clone(near.Notes), "projects with a similar name: "+strings.Join(names, ", "))
	return &near
}

// failed is the public error of a request that was answered, if not as it asked.
func (a *API) failed(op diagnose.Op, at runpath.Path, e errors.RequestError) error {
	return a.conn.Diagnoser.Failed(question(op, at), e)
}

// missingRun is the error of a run that the server does not show.
func (a *API) missingRun(op diagnose.Op, at runpath.Path, hint string) error {
	return a.failed(op, at, errors.RequestError{Cause: errors.ErrRunMissing, Hint: hint})
}

// list yields the items of all pages that get returns, or only err if it is not nil. An error of get
// says after how many items it occurred.
func list[T any](items string, err error, get func(cursor *string) (gqlclient.Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if err != nil {
			yield(*new(T), err)
			return
		}
		n := 0
		for item, err := range gqlclient.Pages(get) {
			if err != nil {
				err = after(n, items, err)
			}
			if !yield(item, err) {
				return
			}
			n++
		}
	}
}

// after adds to the error of a list after how many items it occurred.
func after(n int, items string, err error) error {
	return fmt.Errorf("after %d %s: %w", n, items, err)
}
