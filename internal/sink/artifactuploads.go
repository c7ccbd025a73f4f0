package sink

import (
	"context"

	"github.com/wandgo/wandgo/internal/artifacts/upload"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/record"
)

// StartArtifacts starts to upload the artifacts of a run. Nothing is sent before one is
// submitted. A program that logs no artifact must not call it, so that it does not link
// the uploads.
func StartArtifacts(c *connection.Connection, t Target) ArtifactUploads {
	return &artifactUploads{upload.New(upload.Config{Connection: c, Entity: t.Entity, Project: t.Project, Run: t.RunID})}
}

type artifactUploads struct{ uploader *upload.Uploader }

// Submit implements [ArtifactUploads].
func (a *artifactUploads) Submit(rec *record.Artifact) func(context.Context) (string, error) {
	job := a.uploader.Submit(rec)
	return func(ctx context.Context) (string, error) {
		result, err := job.Wait(ctx)
		return result.ArtifactID, err
	}
}

// Progress implements [ArtifactUploads].
func (a *artifactUploads) Progress() ArtifactProgress {
	p := a.uploader.Progress()
	return ArtifactProgress{Done: p.Done, Of: p.Artifacts, Bytes: p.BytesDone, OfBytes: p.Bytes}
}

// Close implements [ArtifactUploads].
func (a *artifactUploads) Close() { a.uploader.Close() }
