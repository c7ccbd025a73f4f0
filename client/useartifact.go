package client

import (
	"context"
	"fmt"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/sink"
)

// ErrOffline is returned by [Run.UseArtifact] and [Upload.Wait] for a run that is not online.
var ErrOffline = sink.ErrOffline

func version(v *download.Version) *artifact.Version {
	public := &artifact.Version{}
	download.Hold(public, v)
	return public
}

// Artifact finds a version of an artifact by "[entity/][project/]name[:version]". The
// version is "v0", "v1" and so on, an alias, or a digest; without one it is the latest. The
// entity is by default WANDB_ENTITY or the account's, and the project WANDB_PROJECT or the
// default project of runs. No run is recorded as using it; see [Run.UseArtifact].
//
// It blocks for the requests; ctx bounds it. It is safe for concurrent use.
//
// Errors:
//   - *errors.InputError: the path is invalid.
//   - *errors.PermissionError: the server refused it, or shows no such artifact to this key
//     (ErrArtifactMissing).
//   - *errors.RequestError: other failures, such as ErrArtifactNotReady for a version
//     whose upload is not complete.
func (c *Client) Artifact(ctx context.Context, path string) (*artifact.Version, error) {
	p, err := download.ParsePath(path)
	if err != nil {
		return nil, fmt.Errorf("find artifact: %w", err)
	}
	if p.Project == "" {
		p.Project = c.env.Settings.Project.Text
	}
	if p.Entity == "" {
		p.Entity = c.env.Settings.Entity.Text
	}
	if p.Entity == "" {
		viewer, err := c.Viewer(ctx)
		if err != nil {
			return nil, err
		}
		p.Entity = viewer.DefaultEntity
	}
	v, err := download.Resolve(ctx, connection.Of(c), diagnose.OpUseArtifact, p)
	if err != nil {
		return nil, err
	}
	return version(v), nil
}

// UseArtifact is [Client.Artifact] for a run that reads the version: the server records it
// as an input of the run. The default entity and project are the run's.
//
// Errors are those of [Client.Artifact], and:
//   - ErrRunFinished after Finish.
//   - [ErrOffline] for a run that is not online, together with the refusal if the server
//     refused the run.
func (r *Run) UseArtifact(ctx context.Context, path string) (*artifact.Version, error) {
	if err := r.session.Reachable(ctx); err != nil {
		return nil, fmt.Errorf("use artifact in %s: %w", r, err)
	}
	p, err := download.ParsePath(path)
	if err != nil {
		return nil, fmt.Errorf("use artifact in %s: %w", r, err)
	}
	if p.Project == "" {
		p.Project = r.Project()
	}
	if p.Entity == "" {
		p.Entity = r.Entity()
	}
	v, err := download.Resolve(ctx, connection.Of(r.client), diagnose.OpUseArtifact, p)
	if err != nil {
		return nil, err
	}
	if err := v.UsedBy(ctx, r.Entity(), r.Project(), r.ID()); err != nil {
		return nil, err
	}
	info := v.Info()
	if err := r.session.UsedArtifact(&record.UseArtifact{ID: info.ID, Type: info.Type, Name: p.Name()}); err != nil {
		return nil, err
	}
	return version(v), nil
}
