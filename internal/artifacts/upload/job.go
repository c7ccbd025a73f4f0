package upload

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
)

// Result is an artifact on the server.
type Result struct {
	// ArtifactID is the server's id of the version.
	ArtifactID string
	// Digest is the version's digest in hex.
	Digest string
	// Deduplicated reports that the server had a version with this content, and created none.
	Deduplicated bool
}

// Job is the upload of one artifact.
type Job struct {
	u        *Uploader
	artifact *record.Artifact

	alg        manifest.Algorithm
	digest     string
	entries    []record.ArtifactEntry // a copy, to which what the server says is added
	md5        []string               // of the entries, if their digests are not MD5
	artifactID string
	manifestID string

	done   chan struct{}
	result Result // set before done is closed
	err    error
}

// Wait waits until the artifact is on the server. The errors are:
//
//   - a *graphql.Error if the server refused a request or did not respond;
//   - an *objectstore.Error if the store did;
//   - an *errors.RequestError without an Op for errors.ErrTypeClash and
//     errors.ErrDigestMismatch;
//   - those of reading files;
//   - [ErrClosed];
//   - the context's, if ctx ended first; the upload continues.
func (j *Job) Wait(ctx context.Context) (Result, error) {
	select {
	case <-j.done:
		return j.result, j.err
	default:
	}
	select {
	case <-j.done:
		return j.result, j.err
	case <-ctx.Done():
		return Result{}, context.Cause(ctx)
	}
}

func (j *Job) run() {
	u := j.u
	result, err := j.send(u.ctx)
	if err != nil && u.ctx.Err() != nil {
		err = ErrClosed
	}
	log := u.cfg.Log.With("artifact", plaintext.Escape(j.artifact.Name, plaintext.NoLimit))
	if err != nil {
		log.Warn("an artifact is not on the server", "error", err)
	} else {
		log.Debug("an artifact is on the server", slog.String("id", result.ArtifactID), slog.Bool("deduplicated", result.Deduplicated))
	}
	j.entries, j.md5 = nil, nil
	j.result, j.err = result, err
	if err == nil {
		u.progress.change(func(p *Progress) { p.Done++ })
	}
	close(j.done)
}

// send makes all requests for an artifact, in the order of the official client.
func (j *Job) send(ctx context.Context) (Result, error) {
	if err := j.open(); err != nil {
		return Result{}, err
	}
	if err := j.checkType(ctx); err != nil {
		return Result{}, err
	}
	if err := j.settleAlgorithm(ctx); err != nil {
		return Result{}, err
	}
	created, err := j.create(ctx)
	if err != nil {
		return Result{}, err
	}
	j.artifactID = created.Id
	result := Result{ArtifactID: created.Id, Digest: j.digest}
	switch created.State {
	case graphql.ArtifactStateCommitted:
		result.Deduplicated = true
		return result, j.use(ctx)
	case graphql.ArtifactStatePending, graphql.ArtifactStateDeleted:
	default:
		return Result{}, unexpected(fmt.Sprintf("the server returned an artifact in the state %.40q", created.State))
	}
	base := j.base(created)
	if err := j.createManifest(ctx, base); err != nil {
		return Result{}, err
	}
	if err := j.sendFiles(ctx); err != nil {
		return Result{}, err
	}
	if err := j.resolveClientIDs(ctx); err != nil {
		return Result{}, err
	}
	if err := j.sendManifest(ctx, base); err != nil {
		return Result{}, err
	}
	if j.artifact.Finalize {
		if _, err := graphql.CommitArtifact(ctx, j.u.cfg.GraphQL, graphql.CommitArtifactInput{ArtifactID: j.artifactID}); err != nil {
			return Result{}, err
		}
	}
	return result, j.use(ctx)
}

// use makes the version an input of the run, if that is wanted.
func (j *Job) use(ctx context.Context) error {
	if !j.artifact.UseAfterCommit || !j.artifact.Finalize {
		return nil
	}
	cfg := &j.u.cfg
	_, err := graphql.UseArtifact(ctx, cfg.GraphQL, graphql.UseArtifactInput{
		EntityName: cfg.Entity, ProjectName: cfg.Project, RunName: cfg.Run, ArtifactID: j.artifactID,
	})
	return err
}
