package api

import (
	"context"
	"iter"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/sink"
)

// Artifacts lists the versions of artifacts that the run logged, in the server's order. It
// blocks while a page is read. Its errors are those of [API.Run].
func (r *Run) Artifacts(ctx context.Context) iter.Seq2[*artifact.Version, error] {
	return r.versions(ctx, false)
}

// UsedArtifacts lists the versions of artifacts that the run used, as Artifacts does. The server
// omits versions that the key cannot read.
func (r *Run) UsedArtifacts(ctx context.Context) iter.Seq2[*artifact.Version, error] {
	return r.versions(ctx, true)
}

func (r *Run) versions(ctx context.Context, used bool) iter.Seq2[*artifact.Version, error] {
	return func(yield func(*artifact.Version, error) bool) {
		n, read := 0, r.artifactPage
		for cursor := (*string)(nil); ; {
			page, err := read(ctx, used, cursor)
			if refused, ok := errors.AsType[*graphql.Error](err); ok && cursor == nil && refused.IsValidation() {
				read = r.untaggedPage
				page, err = read(ctx, used, cursor)
			}
			if err != nil {
				yield(nil, after(n, "artifacts", r.explain(ctx, diagnose.OpReadRun, err)))
				return
			}
			for _, v := range page.versions {
				public := &artifact.Version{}
				download.Hold(public, v)
				if !yield(public, nil) {
					return
				}
				n++
			}
			if !page.info.HasNextPage {
				return
			}
			if cursor, err = gqlclient.NextCursor(cursor, text(page.info.EndCursor)); err != nil {
				yield(nil, after(n, "artifacts", err))
				return
			}
		}
	}
}

// artifactPage is a page of a run's versions.
type artifactPage struct {
	versions []*download.Version
	info     graphql.PageInfo
}

func (p *artifactPage) add(conn *connection.Connection, a *graphql.ArtifactFields, tags []graphql.ArtifactTag) {
	if a != nil {
		p.versions = append(p.versions, download.FromFields(conn, a, tags))
	}
}

func (r *Run) artifactPage(ctx context.Context, used bool, cursor *string) (artifactPage, error) {
	at, conn := r.path(), r.api.conn
	var p artifactPage
	resp, err := graphql.RunArtifacts(ctx, conn.GraphQL, sink.Optional(at.Entity), &at.Project, at.ID, used, cursor, DefaultPageSize)
	switch {
	case err != nil:
		return p, err
	case resp.Project == nil || resp.Project.Run == nil:
		return p, errNoRun
	}
	if list := resp.Project.Run.OutputArtifacts; list != nil {
		p.info = list.PageInfo
		for _, edge := range list.Edges {
			if a := edge.Node; a != nil {
				p.add(conn, &a.ArtifactFields, a.Tags)
			}
		}
	}
	if list := resp.Project.Run.InputArtifacts; list != nil {
		p.info = list.PageInfo
		for _, edge := range list.Edges {
			if a := edge.Node; a != nil {
				p.add(conn, &a.ArtifactFields, a.Tags)
			}
		}
	}
	return p, nil
}

// untaggedPage is artifactPage for servers whose artifacts have no tags.
func (r *Run) untaggedPage(ctx context.Context, used bool, cursor *string) (artifactPage, error) {
	at, conn := r.path(), r.api.conn
	var p artifactPage
	resp, err := graphql.UntaggedRunArtifacts(ctx, conn.GraphQL, sink.Optional(at.Entity), &at.Project, at.ID, used, cursor, DefaultPageSize)
	switch {
	case err != nil:
		return p, err
	case resp.Project == nil || resp.Project.Run == nil:
		return p, errNoRun
	}
	if list := resp.Project.Run.OutputArtifacts; list != nil {
		p.info = list.PageInfo
		for _, edge := range list.Edges {
			p.add(conn, edge.Node, nil)
		}
	}
	if list := resp.Project.Run.InputArtifacts; list != nil {
		p.info = list.PageInfo
		for _, edge := range list.Edges {
			p.add(conn, edge.Node, nil)
		}
	}
	return p, nil
}
