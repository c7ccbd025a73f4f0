// Package listing lists the artifacts of a project and the versions of an artifact.
package listing

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
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
	return paged(ctx, conn, q, func(ctx context.Context, after *string) (page[Collection], error) {
		r, err := graphql.ArtifactCollections(ctx, conn.GraphQL, entity, project, after, pageSize)
		if err != nil {
			return page[Collection]{}, err
		}
		if r.Project == nil {
			return page[Collection]{}, diagnose.ErrNoProject
		}
		if r.Project.ArtifactCollections == nil {
			return page[Collection]{}, nil
		}
		p := page[Collection]{info: r.Project.ArtifactCollections.PageInfo}
		for _, edge := range r.Project.ArtifactCollections.Edges {
			if n := edge.Node; n != nil {
				p.items = append(p.items, Collection{
					Name: n.Name, Type: n.DefaultArtifactType.Name, Description: download.Text(n.Description), CreatedAt: download.Time(n.CreatedAt),
				})
			}
		}
		return p, nil
	})
}

// Versions lists the versions of an artifact, in the server's order, as [Collections] does.
func Versions(ctx context.Context, conn *connection.Connection, entity, project, name string) iter.Seq2[Version, error] {
	q := diagnose.Question{Op: diagnose.OpReadArtifact, Entity: entity, Project: project, Artifact: name}
	return paged(ctx, conn, q, func(ctx context.Context, after *string) (page[Version], error) {
		r, err := graphql.ArtifactVersions(ctx, conn.GraphQL, entity, project, name, after, pageSize)
		if err != nil {
			return page[Version]{}, err
		}
		if r.Project == nil || r.Project.ArtifactCollection == nil {
			return page[Version]{}, diagnose.ErrNoArtifact
		}
		if r.Project.ArtifactCollection.Artifacts == nil {
			return page[Version]{}, nil
		}
		p := page[Version]{info: r.Project.ArtifactCollection.Artifacts.PageInfo}
		for i := range r.Project.ArtifactCollection.Artifacts.Edges {
			edge := &r.Project.ArtifactCollection.Artifacts.Edges[i]
			p.items = append(p.items, versionOf(edge, name))
		}
		return p, nil
	})
}

func versionOf(edge *graphql.VersionsEdge, name string) Version {
	n := &edge.Node
	v := Version{
		Version: edge.Version, Aliases: []string{}, ID: n.Id, Type: n.ArtifactType.Name, State: string(n.State), Digest: n.Digest,
		Description: download.Text(n.Description), Size: n.Size, Files: n.FileCount, CreatedAt: download.Time(n.CreatedAt),
	}
	for _, alias := range n.Aliases {
		if alias.ArtifactCollectionName == name && !manifest.IsVersion(alias.Alias) {
			v.Aliases = append(v.Aliases, alias.Alias)
		}
	}
	slices.Sort(v.Aliases)
	return v
}

// page is one response.
type page[T any] struct {
	items []T
	info  graphql.PageInfo
}

func paged[T any](
	ctx context.Context, conn *connection.Connection, q diagnose.Question, get func(context.Context, *string) (page[T], error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if err := conn.Diagnoser.CheckKey(q); err != nil {
			yield(none, err)
			return
		}
		var after *string
		for {
			p, err := get(ctx, after)
			if err != nil {
				yield(none, conn.Diagnoser.Explain(ctx, ctx, q, err))
				return
			}
			for _, item := range p.items {
				if !yield(item, nil) {
					return
				}
			}
			next := p.info.EndCursor
			if !p.info.HasNextPage || next == nil || after != nil && *after == *next {
				return
			}
			after = next
		}
	}
}
