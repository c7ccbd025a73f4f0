package syncrun

import (
	"context"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/internal/sink"
)

// Created is the server's response to an upsert.
type Created struct {
	sink.Target
	StorageID, Name, URL string
	// HistoryLines is how many rows the run has. A new fork has the rows of its parent.
	HistoryLines int64
}

// Server is the server that runs are uploaded to. Its errors are returned to the caller of
// [Engine.Sync] unchanged. It must be safe for concurrent use.
type Server interface {
	// Status returns what the server has of a run, nil if there is no such run.
	Status(ctx context.Context, at sink.Target) (*graphql.RunState, error)
	// Rows returns the rows of a run with steps from minStep up to but not including
	// maxStep. If there are more than limit it returns at least limit of them.
	Rows(ctx context.Context, at sink.Target, minStep, maxStep int64, limit int) ([]string, error)
	// Rewind drops the rows of a run after a step.
	Rewind(ctx context.Context, at sink.Target, step int64) error
	// Upsert creates or updates a run.
	Upsert(ctx context.Context, in graphql.UpsertBucketInput) (*Created, error)
	// Connect returns the sink of live runs, for records that are replayed. It adds the
	// connection to cfg.
	Connect(at sink.Target, cfg sink.ServerConfig) *sink.Server
	// Explain diagnoses an error of the sink. within is the context of the request, which
	// ends before ctx.
	Explain(ctx, within context.Context, at sink.Target, err error) error
	// Alert sends an alert.
	Alert(ctx context.Context, at sink.Target, a *record.Alert) error
	// Files starts the upload of a run's files. uploaded and skipped are called from
	// other goroutines.
	Files(at sink.Target, uploaded func(name string), skipped func(name string, reason error)) Files
	// Artifacts starts the upload of a run's artifacts.
	Artifacts(at sink.Target) sink.ArtifactUploads
	// ArtifactError diagnoses the error of an artifact's upload.
	ArtifactError(ctx context.Context, at sink.Target, name string, err error) error
}

// Files uploads files; it is a *runfiles.Uploader.
type Files interface {
	Save(name, path string, policy runfiles.Policy) error
	SaveBytes(name string, data []byte, policy runfiles.Policy) error
	Finish(ctx context.Context) error
	Progress() runfiles.Progress
	Close()
}
