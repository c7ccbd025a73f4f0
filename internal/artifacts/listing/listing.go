// Package listing lists the artifacts of a project and the versions of an artifact.
package listing

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
)

// pageSize is how many items a request asks for.
const pageSize = 100

// Collection is an artifact: a name with versions.
type Collection struct {
	Name        string    `json:"name"`
	Type        string    `json:"type"`
	Description string    `json:"description"`
	CreatedAt   time.Time `json:"createdAt"`
}

// Version is one version of an artifact.
type Version struct {
	Version     string    `json:"version"`
	Aliases     []string  `json:"aliases"` // without the version
	ID          string    `json:"id"`
	Type        string    `json:"type"`
	State       string    `json:"state"`
	Digest      string    `json:"digest"`
	Description string    `json:"description"`
	Size        int64     `json:"size"`
	Files       int64     `json:"files"`
	CreatedAt   time.Time `json:"createdAt"`
}

// Collections lists the artifacts of a project, in the server's order. It requests the next
// page when it is needed. The error, which ends the list, is one of the public types.
func Collections(ctx context.Context, conn *connection.Connection, entity, project string) iter.Seq2[Collection, error] {
	q := diagnose.Question{Op: diagnose.OpReadProject, Entity: entity, Project: project}
	return paged(ctx, conn, q, func(after *string) (list []Collection, info graphql.PageInfo, err error) {
		r, err := graphql.ArtifactCollections(ctx, conn.GraphQL, entity, project, after, pageSize)
		switch {
		case err != nil:
			return nil, info, err
		case r.Project == nil:
			return nil, info, diagnose.ErrNoProject
		case r.Project.ArtifactCollections == nil:
			return nil, info, nil
		}
		for _, edge := range r.Project.ArtifactCollections.Edges {
			if n := edge.Node; n != nil {
				list = append(list, Collection{
					Name: n.Name, Type: n.DefaultArtifactType.Name, Description: gqlclient.Value(n.Description), CreatedAt: gqlclient.Time(&n.CreatedAt),
				})
			}
		}
		return list, r.Project.ArtifactCollections.PageInfo, nil
	})
}

// Versions lists the versions of an artifact, in the server's order, as [Collections] does.
func Versions(ctx context.Context, conn *connection.Connection, entity, project, name string) iter.Seq2[Version, error] {
	q := diagnose.Question{Op: diagnose.OpReadArtifact, Entity: entity, Project: project, Artifact: name}
	return paged(ctx, conn, q, func(after *string) (list []Version, info graphql.PageInfo, err error) {
		r, err := graphql.ArtifactVersions(ctx, conn.GraphQL, entity, project, name, after, pageSize)
		switch {
		case err != nil:
			return nil, info, err
		case r.Project == nil || r.Project.ArtifactCollection == nil:
			return nil, info, diagnose.ErrNoArtifact
		case r.Project.ArtifactCollection.Artifacts == nil:
			return nil, info, nil
		}
		page := r.Project.ArtifactCollection.Artifacts
		for i := range page.Edges {
			list = append(list, versionOf(&page.Edges[i], name))
		}
		return list, page.PageInfo, nil
	})
}

func versionOf(edge *graphql.VersionsEdge, name string) Version {
	n := &edge.Node
	v := Version{
		Version: edge.Version, Aliases: []string{}, ID: n.Id, Type: n.ArtifactType.Name, State: string(n.State), Digest: n.Digest,
		Description: gqlclient.Value(n.Description), Size: n.Size, Files: n.FileCount, CreatedAt: gqlclient.Time(&n.CreatedAt),
	}
	for _, alias := range n.Aliases {
		if alias.ArtifactCollectionName == name && !manifest.IsVersion(alias.Alias) {
			v.Aliases = append(v.Aliases, alias.Alias)
		}
	}
	slices.Sort(v.Aliases)
	return v
}

// paged yields the items of the pages that get returns, with the public error. A page that repeats
// its cursor is the last one.
func paged[T any](
	ctx context.Context, conn *connection.Connection, q diagnose.Question, get func(after *string) ([]T, graphql.PageInfo, error),
) iter.Seq2[T, error] {
	return gqlclient.Pages(func(after *string) (p gqlclient.Page[T], err error) {
		if err := conn.Diagnoser.CheckKey(q); err != nil {
			return p, err
		}
		items, info, err := get(after)
		if err != nil {
			return p, conn.Diagnoser.Explain(ctx, ctx, q, err)
		}
		next := gqlclient.Value(info.EndCursor)
		more := info.HasNextPage && next != "" && (after == nil || *after != next)
		return gqlclient.Page[T]{Items: items, More: more, Next: next}, nil
	})
}
