package api

import (
	"cmp"
	"context"
	"iter"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/runpath"
	"github.com/wandgo/wandgo/internal/secret"
)

// DefaultPageSize is how many runs, files or projects a request returns.
const DefaultPageSize = 50

// Query says which runs to list, and in which order. The zero Query lists all runs, from
// the oldest on.
type Query struct {
	Filter Filter
	// Order is a field with "-" in front for descending order, such as "-created_at",
	// "config.lr" or "-summary.val/loss". Several fields are separated by commas.
	// Default: "created_at".
	Order string
	// PageSize is how many runs a request returns, at most 1000. Default:
	// [DefaultPageSize].
	PageSize int
}

// order is the order as the server reads it.
func (q Query) order() string {
	var fields []string
	for field := range strings.SplitSeq(cmp.Or(q.Order, "created_at"), ",") {
		field = strings.TrimSpace(field)
		sign := "+"
		if strings.HasPrefix(field, "-") {
			sign = "-"
		}
		field = strings.TrimLeft(field, "+-")
		if key, ok := strings.CutPrefix(field, "summary."); ok {
			field = "summary_metrics." + key
		}
		fields = append(fields, sign+field)
	}
	return strings.Join(fields, ",")
}

// Runs lists the runs of a project, "entity/project" or, for the account's default entity,
// "project". It blocks while a page is read.
//
// Errors:
//   - *errors.InputError: the path or the query is invalid. No request was made.
//   - *errors.PermissionError: the server refused, or shows no such project
//     (ErrProjectMissing and others).
//   - *errors.RequestError: other failures.
//   - the error of ctx.
func (a *API) Runs(ctx context.Context, project string, q Query) iter.Seq2[*Run, error] {
	at, filter, err := q.prepare(project)
	if err == nil {
		err = a.checkKey(diagnose.OpListRuns, at)
	}
	return list("runs", err, func(cursor *string) (p gqlclient.Page[*Run], err error) {
		resp, err := graphql.ListRuns(ctx, a.conn.GraphQL, gqlclient.Optional(at.Entity), &at.Project, &filter, new(q.order()), cursor, cmp.Or(q.PageSize, DefaultPageSize))
		if err == nil && resp.Project == nil {
			err = diagnose.ErrNoProject
		}
		if err != nil {
			return p, a.explain(ctx, diagnose.OpListRuns, at, err)
		}
		page := resp.Project.Runs
		if page == nil {
			return p, nil
		}
		found := runpath.Path{Entity: cmp.Or(resp.Project.EntityName, at.Entity), Project: cmp.Or(resp.Project.Name, at.Project)}
		for _, e := range page.Edges {
			p.Items, p.Next = append(p.Items, a.run(found, &e.Node)), e.Cursor
		}
		p.More = page.PageInfo.HasNextPage && len(page.Edges) > 0
		return p, nil
	})
}

// prepare checks the query, and returns it as the server reads it.
func (q Query) prepare(project string) (at runpath.Path, filter string, err error) {
	if at, err = runpath.Project(project); err != nil {
		return at, "", err
	}
	if q.PageSize < 0 || q.PageSize > 1000 {
		return at, "", &errors.InputError{Field: "page size", Rule: "must be from 1 to 1000"}
	}
	filter, err = q.Filter.text()
	return at, filter, err
}

// CountRuns returns how many runs of a project match the filter. It blocks until there is a
// response, and returns the errors of [API.Runs].
func (a *API) CountRuns(ctx context.Context, project string, f Filter) (int, error) {
	at, filter, err := Query{Filter: f}.prepare(project)
	if err != nil {
		return 0, err
	}
	if err := a.checkKey(diagnose.OpListRuns, at); err != nil {
		return 0, err
	}
	resp, err := graphql.CountRuns(ctx, a.conn.GraphQL, gqlclient.Optional(at.Entity), &at.Project, &filter)
	if err == nil && resp.Project == nil {
		err = diagnose.ErrNoProject
	}
	if err != nil {
		return 0, a.explain(ctx, diagnose.OpListRuns, at, err)
	}
	return resp.Project.RunCount, nil
}

// Run returns a run, "entity/project/id" or the address of its page. It blocks until there is
// a response.
//
// Errors:
//   - *errors.InputError: the path breaks a rule. No request was made.
//   - *errors.RequestError that matches ErrRunMissing: the project has no run with this id.
//     It says so if a run has that name, and which ids are close.
//   - *errors.PermissionError: the server refused, or shows no such project.
//   - *errors.RequestError: other failures.
//   - the error of ctx.
func (a *API) Run(ctx context.Context, run string) (*Run, error) {
	at, err := runpath.Run(run)
	if err != nil {
		return nil, err
	}
	return a.read(ctx, diagnose.OpReadRun, at)
}

func (a *API) read(ctx context.Context, op diagnose.Op, at runpath.Path) (*Run, error) {
	if err := a.checkKey(op, at); err != nil {
		return nil, err
	}
	resp, err := graphql.ReadRun(ctx, a.conn.GraphQL, gqlclient.Optional(at.Entity), &at.Project, at.ID)
	if err == nil && resp.Project == nil {
		err = diagnose.ErrNoProject
	}
	if err != nil {
		return nil, a.explain(ctx, op, at, err)
	}
	at.Entity, at.Project = cmp.Or(resp.Project.EntityName, at.Entity), cmp.Or(resp.Project.Name, at.Project)
	if resp.Project.Run == nil {
		return nil, a.missingRun(op, at, a.nearbyRuns(ctx, at))
	}
	return a.run(at, resp.Project.Run), nil
}

// nearbyRuns is a hint about runs that may be meant by an id that does not exist: those whose
// name it is, or whose id is close. It may be "".
func (a *API) nearbyRuns(ctx context.Context, at runpath.Path) string {
	var ids []string
	first := Query{Order: "-created_at", PageSize: 500}
	filter := "{}"
	resp, err := graphql.ListRuns(ctx, a.conn.GraphQL.ForProbes(), gqlclient.Optional(at.Entity), &at.Project, &filter, new(first.order()), nil, first.PageSize)
	if err != nil || resp.Project == nil || resp.Project.Runs == nil {
		return "" // the names are an extra
	}
	for _, e := range resp.Project.Runs.Edges {
		if e.Node.DisplayName != nil && *e.Node.DisplayName == at.ID {
			return "a run with this name has the id " + secret.Redact(e.Node.Name)
		}
		ids = append(ids, e.Node.Name)
	}
	if near := errors.Suggest(at.ID, ids); len(near) > 0 {
		return "the project has " + strings.Join(near, ", ")
	}
	return ""
}
