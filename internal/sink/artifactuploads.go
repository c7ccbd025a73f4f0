package sink

import (
	"context"

	"github.com/wandgo/wandgo/internal/artifacts/upload"
	"github.com/wandgo/wandgo/internal/record"
)

// UploadArtifacts starts to upload artifacts. Nothing is sent before one is submitted.
func UploadArtifacts(cfg upload.Config) ArtifactUploads { return &artifactUploads{upload.New(cfg)} }

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
