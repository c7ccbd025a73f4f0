package api

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
)

// LogLine is a line of a run's console output.
type LogLine struct {
	// Number counts lines from 0.
	Number int
	// Time is zero if the server does not return it.
	Time time.Time
	// Level is "info" or "error", or "" if unknown. Lines of stderr are errors.
	Level string
	// Text is the line, without its line break. It may have terminal escape sequences.
	Text string
}

const linesPerPage = 1000

// Logs returns the lines of the run's console output in their order. It blocks while a page is
// read, and returns the errors of [API.Run]. Servers older than 0.77 send all lines in one
// response.
func (r *Run) Logs(ctx context.Context) iter.Seq2[LogLine, error] {
	return list("lines", nil, func(cursor *string) (p gqlclient.Page[LogLine], err error) {
		page, err := r.logPage(ctx, cursor)
		if err != nil {
			return p, r.explain(ctx, diagnose.OpReadRun, err)
		}
		if page == nil {
			return p, nil
		}
		for _, e := range page.Edges {
			p.Items, p.Next = append(p.Items, lineOf(&e.Node)), e.Cursor
		}
		p.More = page.PageInfo.HasNextPage && len(page.Edges) > 0
		return p, nil
	})
}

// logPage returns the page after the cursor, or nil.
func (r *Run) logPage(ctx context.Context, cursor *string) (*graphql.ConsoleLines, error) {
	at := r.path()
	resp, err := graphql.RunLogs(ctx, r.api.conn.GraphQL, gqlclient.Optional(at.Entity), &at.Project, at.ID, cursor, linesPerPage)
	if e, ok := errors.AsType[*graphql.Error](err); ok && e.IsValidation() && cursor == nil {
		return r.logTail(ctx)
	}
	switch {
	case err != nil:
		return nil, err
	case resp.Project == nil || resp.Project.Run == nil:
		return nil, errNoRun
	}
	return resp.Project.Run.LogLines, nil
}

// logTail returns all lines, from a server that has no pages of them.
func (r *Run) logTail(ctx context.Context) (*graphql.ConsoleLines, error) {
	at := r.path()
	resp, err := graphql.RunLogTail(ctx, r.api.conn.GraphQL, gqlclient.Optional(at.Entity), &at.Project, at.ID, max(r.LogLines, linesPerPage))
	switch {
	case err != nil:
		return nil, err
	case resp.Project == nil || resp.Project.Run == nil:
		return nil, errNoRun
	case resp.Project.Run.LogLines == nil:
		return nil, nil //nolint:nilnil // there are no lines
	}
	all := resp.Project.Run.LogLines
	all.PageInfo.HasNextPage = false // in the other direction
	return all, nil
}

func lineOf(n *graphql.LogLine) LogLine {
	text := strings.TrimSuffix(gqlclient.Value(n.Line), "\n")
	return LogLine{Number: gqlclient.Value(n.Number), Time: gqlclient.Time(n.Timestamp), Level: gqlclient.Value(n.Level), Text: text}
}
