package api

import (
	"context"
	"iter"
	"time"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/runpath"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

// Project is a snapshot of a project on the server.
type Project struct {
	Entity, Name string
	// CreatedAt is zero if the server does not return it.
	CreatedAt time.Time
	// Access says who may see the project: RESTRICTED, PRIVATE, USER_READ (public), USER_WRITE
	// (open), or "" if unknown.
	Access string
}

// Projects lists the projects of an entity that the key can see, or with "" those of the account's
// default entity. It blocks while a page is read.
//
// Errors:
//   - *errors.InputError: the entity is invalid. No request was made.
//   - *errors.PermissionError or *errors.RequestError: the request was refused or failed, or
//     there is no key (ErrNoAPIKey).
//   - the error of ctx.
func (a *API) Projects(ctx context.Context, entity string) iter.Seq2[*Project, error] {
	err := settings.CheckNames(secret.Key{}, settings.Named{Field: "entity", Text: entity, Check: settings.CheckEntity})
	if err == nil {
		err = a.checkKey(diagnose.OpListProjects, runpath.Path{Entity: entity})
	}
	return list("projects", err, func(cursor *string) (p gqlclient.Page[*Project], err error) {
		resp, err := graphql.ListProjects(ctx, a.conn.GraphQL, gqlclient.Optional(entity), cursor, DefaultPageSize)
		if err != nil {
			return p, a.conn.Diagnoser.Explain(ctx, ctx, diagnose.Question{Op: diagnose.OpListProjects, Entity: entity}, err)
		}
		if resp.Models == nil {
			return p, nil
		}
		for _, e := range resp.Models.Edges {
			p.Next = e.Cursor
			if n := e.Node; n != nil {
				p.Items = append(p.Items, &Project{Entity: n.EntityName, Name: n.Name, CreatedAt: gqlclient.Time(&n.CreatedAt), Access: gqlclient.Value(n.Access)})
			}
		}
		p.More = resp.Models.PageInfo.HasNextPage && len(resp.Models.Edges) > 0
		return p, nil
	})
}

// projectNames returns at most 500 names of an entity's projects, for suggestions. Errors are
// ignored.
func (a *API) projectNames(ctx context.Context, entity string) []string {
	resp, err := graphql.ListProjects(ctx, a.conn.GraphQL.ForProbes(), gqlclient.Optional(entity), nil, 500)
	if err != nil || resp.Models == nil {
		return nil
	}
	var names []string
	for _, e := range resp.Models.Edges {
		if e.Node != nil {
			names = append(names, e.Node.Name)
		}
	}
	return names
}

// Teams returns the names of the account's entities: its teams and, if there is one, its personal
// entity. It blocks until there is a response, and returns the errors of client.Client.Viewer.
func (a *API) Teams(ctx context.Context) ([]string, error) {
	viewer, err := a.client.Viewer(ctx)
	if err != nil {
		return nil, err
	}
	return viewer.Teams, nil
}
