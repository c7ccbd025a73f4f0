package download

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
)

// Resolve finds the version that p names, whose parts are all set. op is what it is for.
// The errors are the public ones of package errors.
func Resolve(ctx context.Context, conn *connection.Connection, op diagnose.Op, p Path) (*Version, error) {
	q := diagnose.Question{Op: op, Entity: p.Entity, Project: p.Project, Artifact: p.Name()}
	if err := conn.Diagnoser.CheckKey(q); err != nil {
		return nil, err
	}
	v, err := resolve(ctx, conn, p)
	if err == nil {
		err = v.ready()
	}
	if err != nil {
		return nil, explain(ctx, conn, q, err)
	}
	return v, nil
}

func resolve(ctx context.Context, conn *connection.Connection, p Path) (*Version, error) {
	resp, err := graphql.ArtifactMembership(ctx, conn.GraphQL, p.Entity, p.Project, p.Name())
	if isValidation(err) {
		return resolveOld(ctx, conn, p)
	}
	switch {
	case err != nil:
		return nil, err
	case resp.Project == nil, resp.Project.ArtifactCollectionMembership == nil, resp.Project.ArtifactCollectionMembership.Artifact == nil:
		return nil, diagnose.ErrNoArtifact
	}
	m := resp.Project.ArtifactCollectionMembership
	v := &Version{conn: conn, info: infoOf(&m.Artifact.ArtifactFields)}
	v.info.Tags = tagNames(m.Artifact.Tags)
	if c := m.ArtifactCollection; c != nil {
		v.info.Path = Path{Collection: c.Name, Project: c.Project.Name, Entity: c.Project.Entity.Name}
		v.info.CollectionID = c.Id
	}
	v.info.Aliases = nil
	for _, a := range m.Aliases {
		v.info.Aliases = append(v.info.Aliases, a.Alias)
	}
	v.info.Path.Version = versionOf(v.info.Aliases, m.VersionIndex)
	v.info.Aliases = slices.DeleteFunc(v.info.Aliases, manifest.IsVersion)
	return v, nil
}

// resolveOld is for servers that do not know memberships.
func resolveOld(ctx context.Context, conn *connection.Connection, p Path) (*Version, error) {
	resp, err := graphql.ArtifactByName(ctx, conn.GraphQL, p.Entity, p.Project, p.Name())
	switch {
	case err != nil:
		return nil, err
	case resp.Project == nil, resp.Project.Artifact == nil:
		return nil, diagnose.ErrNoArtifact
	}
	v := &Version{conn: conn, old: true, info: infoOf(resp.Project.Artifact)}
	v.info.Path = p
	v.info.Path.Version = v.info.Source.Version
	return v, nil
}

// ByID finds a version by the server's id.
func ByID(ctx context.Context, conn *connection.Connection, op diagnose.Op, id string) (*Version, error) {
	resp, err := graphql.ArtifactByID(ctx, conn.GraphQL, id)
	if err == nil && resp.Artifact == nil {
		err = diagnose.ErrNoArtifact
	}
	if err != nil {
		return nil, explain(ctx, conn, diagnose.Question{Op: op}, err)
	}
	return &Version{conn: conn, old: true, info: infoOf(resp.Artifact)}, nil
}

// FromFields makes a version of what a list of versions shows of it.
func FromFields(conn *connection.Connection, a *graphql.ArtifactFields, tags []graphql.ArtifactTag) *Version {
	v := &Version{conn: conn, old: true, info: infoOf(a)}
	v.info.Tags = tagNames(tags)
	return v
}

// ReadTags reads the tags of a version that [ByID] found. Servers of 2024 have none.
func (v *Version) ReadTags(ctx context.Context, op diagnose.Op) error {
	resp, err := graphql.ArtifactTagsByID(ctx, v.conn.GraphQL, v.Info().ID)
	if isValidation(err) {
		return nil
	}
	if err == nil && resp.Artifact == nil {
		err = diagnose.ErrNoArtifact
	}
	if err != nil {
		return v.explain(ctx, op, err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.info.Tags = tagNames(resp.Artifact.Tags)
	return nil
}

func tagNames(tags []graphql.ArtifactTag) (names []string) {
	for _, t := range tags {
		names = append(names, t.Name)
	}
	return names
}

func isValidation(err error) bool {
	e, ok := errors.AsType[*graphql.Error](err)
	return ok && e.IsValidation()
}

// tooOld is the error of a request whose document the server does not understand, with what
// works there. Other errors stay.
func tooOld(err error, works string) error {
	if !isValidation(err) {
		return err
	}
	return &errors.RequestError{Cause: errors.ErrSchemaMismatch, Hint: works, Err: err}
}

func versionOf(aliases []string, index *int) string {
	for _, a := range aliases {
		if manifest.IsVersion(a) {
			return a
		}
	}
	if index != nil {
		return "v" + strconv.Itoa(*index)
	}
	return Latest
}

func infoOf(a *graphql.ArtifactFields) Info {
	seq := a.ArtifactSequence
	info := Info{
		ID: a.Id, State: string(a.State), Type: a.ArtifactType.Name, Digest: a.Digest,
		Description: gqlclient.Value(a.Description), Size: a.Size, Files: a.FileCount,
		CreatedAt: gqlclient.Time(&a.CreatedAt), CollectionID: seq.Id,
	}
	for _, alias := range a.Aliases {
		if alias.ArtifactCollectionName == seq.Name {
			info.Aliases = append(info.Aliases, alias.Alias)
		}
	}
	info.Source = Path{
		Entity: seq.Project.Entity.Name, Project: seq.Project.Name, Collection: seq.Name,
		Version: versionOf(info.Aliases, a.VersionIndex),
	}
	info.Path = info.Source
	info.Aliases = slices.DeleteFunc(info.Aliases, manifest.IsVersion)
	if s := gqlclient.Value(a.Metadata); json.Valid([]byte(s)) {
		info.Metadata = json.RawMessage(s)
	}
	if a.TtlDurationSeconds > 0 {
		info.TTL = time.Duration(a.TtlDurationSeconds) * time.Second
	}
	return info
}

// ready reports whether the version can be used.
func (v *Version) ready() error {
	switch state := v.info.State; state {
	case string(graphql.ArtifactStatePending):
		return &errors.RequestError{Cause: errors.ErrArtifactNotReady, Err: fmt.Errorf("its state is %.40q", state)}
	case string(graphql.ArtifactStateDeleted):
		return diagnose.ErrNoArtifact
	}
	return nil // in another state than COMMITTED the server decides whether its files can be read
}
