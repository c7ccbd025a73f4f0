package api

import (
	"context"
	"iter"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
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
		read := r.artifactPage
		list("artifacts", nil, func(cursor *string) (versionPage, error) {
			p, err := read(ctx, used, cursor)
			if refused, ok := errors.AsType[*graphql.Error](err); ok && cursor == nil && refused.IsValidation() {
				read = r.untaggedPage
				p, err = read(ctx, used, cursor)
			}
			if err != nil {
				return p, r.explain(ctx, diagnose.OpReadRun, err)
			}
			return p, nil
		})(yield)
	}
}

type versionPage = gqlclient.Page[*artifact.Version]

// addVersion adds a version unless it is null.
func (r *Run) addVersion(p *versionPage, a *graphql.ArtifactFields, tags []graphql.ArtifactTag) {
	if a != nil {
		public := &artifact.Version{}
		download.Hold(public, download.FromFields(r.api.conn, a, tags))
		p.Items = append(p.Items, public)
	}
}

func (r *Run) artifactPage(ctx context.Context, used bool, cursor *string) (p versionPage, err error) {
	at := r.path()
	resp, err := graphql.RunArtifacts(ctx, r.api.conn.GraphQL, gqlclient.Optional(at.Entity), &at.Project, at.ID, used, cursor, DefaultPageSize)
	switch {
	case err != nil:
		return p, err
	case resp.Project == nil || resp.Project.Run == nil:
		return p, errNoRun
	}
	if list := resp.Project.Run.OutputArtifacts; list != nil {
		p.More, p.Next = list.PageInfo.HasNextPage, gqlclient.Value(list.PageInfo.EndCursor)
		for _, edge := range list.Edges {
			if a := edge.Node; a != nil {
				r.addVersion(&p, &a.ArtifactFields, a.Tags)
			}
		}
	}
	if list := resp.Project.Run.InputArtifacts; list != nil {
		p.More, p.Next = list.PageInfo.HasNextPage, gqlclient.Value(list.PageInfo.EndCursor)
		for _, edge := range list.Edges {
			if a := edge.Node; a != nil {
				r.addVersion(&p, &a.ArtifactFields, a.Tags)
			}
		}
	}
	return p, nil
}

// untaggedPage is artifactPage for servers whose artifacts have no tags.
func (r *Run) untaggedPage(ctx context.Context, used bool, cursor *string) (p versionPage, err error) {
	at := r.path()
	resp, err := graphql.UntaggedRunArtifacts(ctx, r.api.conn.GraphQL, gqlclient.Optional(at.Entity), &at.Project, at.ID, used, cursor, DefaultPageSize)
	switch {
	case err != nil:
		return p, err
	case resp.Project == nil || resp.Project.Run == nil:
		return p, errNoRun
	}
	if list := resp.Project.Run.OutputArtifacts; list != nil {
		p.More, p.Next = list.PageInfo.HasNextPage, gqlclient.Value(list.PageInfo.EndCursor)
		for _, edge := range list.Edges {
			r.addVersion(&p, edge.Node, nil)
		}
	}
	if list := resp.Project.Run.InputArtifacts; list != nil {
		p.More, p.Next = list.PageInfo.HasNextPage, gqlclient.Value(list.PageInfo.EndCursor)
		for _, edge := range list.Edges {
			r.addVersion(&p, edge.Node, nil)
		}
	}
	return p, nil
}
