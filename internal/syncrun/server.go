package syncrun

import (
	"context"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/internal/sink"
)

// Target is where a run belongs. The entity, and before the first request to the
// server the project, may be empty: the server chooses.
type Target struct{ Entity, Project, RunID string }

// Created is the server's answer to an upsert.
type Created struct {
	Target
	StorageID, Name, URL string
	// HistoryLines is how many rows the run has. Those of a new one are its
	// parent's.
	HistoryLines int64
}

// Server is where runs are uploaded to. Its errors go to the caller of
// [Engine.Sync] as they are. It is used by several goroutines.
type Server interface {
	// Status says how far the server has a run; nil if it has none.
	Status(ctx context.Context, at Target) (*graphql.RunState, error)
	// Rows returns the rows of a run with steps from minStep up to but not including
	// maxStep. If there are more than limit it returns at least limit of them.
	Rows(ctx context.Context, at Target, minStep, maxStep int64, limit int) ([]string, error)
	// Rewind drops the rows of a run after a step.
	Rewind(ctx context.Context, at Target, step int64) error
	// Upsert creates or updates a run.
	Upsert(ctx context.Context, in graphql.UpsertBucketInput) (*Created, error)
	// Connect returns the sink that live runs use too, for records that are replayed.
	// It adds to cfg how to reach the server.
	Connect(at Target, cfg sink.ServerConfig) *sink.Server
	// Explain says what an error of the sink means for the run. within is the context
	// of the request, which ends before ctx.
	Explain(ctx, within context.Context, at Target, err error) error
	// Alert raises an alert.
	Alert(ctx context.Context, at Target, a *record.Alert) error
	// Files begins the upload of a run's files. uploaded and skipped are called
	// from other goroutines.
	Files(at Target, uploaded func(name string), skipped func(name string, reason error)) (Files, error)
	// FilesError says what the error of Files.Finish means for the run.
	FilesError(ctx context.Context, at Target, err error) error
}

// Files uploads files; it is a *runfiles.Uploader.
type Files interface {
	Save(name, path string, policy runfiles.Policy) error
	SaveBytes(name string, data []byte, policy runfiles.Policy) error
	Finish(ctx context.Context) error
	Progress() runfiles.Progress
	Close()
}
