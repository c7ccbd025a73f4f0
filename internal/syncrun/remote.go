package syncrun

import (
	"cmp"
	"context"
	"net/http"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/alert"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/sink"
)

// Remote is the server of a client's connection. It turns every error into the public
// one, and lets runs that are refused for one reason share a diagnosis.
type Remote struct{ *connection.Connection }

// Status implements Server.
func (r Remote) Status(ctx context.Context, at sink.Target) (*graphql.RunState, error) {
	within, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	resp, err := graphql.ResumeStatus(within, r.GraphQL, gqlclient.Optional(at.Entity), gqlclient.Optional(at.Project), at.RunID)
	if e, ok := errors.AsType[*graphql.Error](err); ok && e.FromWandB() && e.StatusCode == http.StatusNotFound {
		return nil, nil //nolint:nilnil // hidden or missing; the upsert that follows is diagnosed
	}
	if err != nil {
		return nil, r.Explain(ctx, within, at, err)
	}
	if resp.Project == nil {
		return nil, nil //nolint:nilnil // there is no run, as the interface says
	}
	return resp.Project.Bucket, nil
}

// Rows implements Server.
func (r Remote) Rows(ctx context.Context, at sink.Target, minStep, maxStep int64, limit int) ([]string, error) {
	within, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	resp, err := graphql.RunRows(within, r.GraphQL, gqlclient.Optional(at.Entity), gqlclient.Optional(at.Project), at.RunID, minStep, maxStep, limit)
	switch {
	case err != nil:
		return nil, r.Explain(ctx, within, at, err)
	case resp.Project == nil || resp.Project.Bucket == nil:
		return nil, r.Diagnoser.Failed(at.Question(diagnose.OpSyncRun), errors.RequestError{Cause: errors.ErrRunMissing})
	}
	return resp.Project.Bucket.History, nil
}

// Rewind implements Server.
func (r Remote) Rewind(ctx context.Context, at sink.Target, step int64) error {
	within, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	resp, err := graphql.RewindRun(within, r.GraphQL, graphql.RewindRunInput{
		RunName: at.RunID, EntityName: gqlclient.Optional(at.Entity), ProjectName: gqlclient.Optional(at.Project),
		MetricName: "_step", MetricValue: float64(step),
	})
	if err != nil {
		return r.Explain(ctx, within, at, err)
	}
	if resp.RewindRun == nil || resp.RewindRun.RewoundRun == nil {
		return r.Diagnoser.Failed(at.Question(diagnose.OpSyncRun), errors.RequestError{Cause: errors.ErrRunMissing})
	}
	return nil
}

// Upsert implements Server.
func (r Remote) Upsert(ctx context.Context, in graphql.UpsertBucketInput) (*Created, error) {
	at := sink.Target{RunID: *in.Name, Entity: gqlclient.Value(in.EntityName), Project: gqlclient.Value(in.ModelName), BaseURL: r.Settings.BaseURL.Text}
	within, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	resp, err := graphql.UpsertBucket(within, r.GraphQL, in)
	if err != nil {
		return nil, r.Explain(ctx, within, at, err)
	}
	b, err := sink.AcceptedRun(at, diagnose.OpSyncRun, resp)
	if err != nil {
		return nil, err
	}
	c := &Created{Target: at, StorageID: b.Id}
	c.RunID, c.Name = cmp.Or(b.Name, at.RunID), gqlclient.Value(b.DisplayName)
	c.HistoryLines = int64(gqlclient.Value(b.HistoryLineCount))
	if b.Project != nil {
		c.Project = cmp.Or(b.Project.Name, c.Project)
		c.Entity = cmp.Or(b.Project.Entity.Name, c.Entity)
	}
	c.URL = settings.RunURL(r.Settings.AppURL, c.Entity, c.Project, c.RunID)
	return c, nil
}

// Connect implements Server.
func (r Remote) Connect(at sink.Target, cfg sink.ServerConfig) *sink.Server {
	cfg.Target = at
	cfg.Transport, cfg.GraphQL, cfg.Policy = r.Transport, r.GraphQL, r.StreamPolicy
	return sink.NewServer(cfg)
}

// Explain implements Server.
func (r Remote) Explain(ctx, within context.Context, at sink.Target, err error) error {
	return r.Diagnoser.Explain(ctx, within, at.Question(diagnose.OpSyncRun), err)
}

// Alert implements Server.
func (r Remote) Alert(ctx context.Context, at sink.Target, a *record.Alert) error {
	_, err := alert.New(r.GraphQL, at.Entity, at.Project, at.RunID).Send(ctx, alert.Alert{
		Title: a.Title, Text: a.Text, Level: alert.Level(a.Level), Wait: a.Wait,
	})
	return err
}

// Files implements Server.
func (r Remote) Files(at sink.Target, uploaded func(string), skipped func(string, error)) Files {
	u := runfiles.New(runfiles.Config{
		GraphQL: r.GraphQL, Transport: r.Transport, IgnoreGlobs: r.Settings.Machine.IgnoreGlobs,
		Entity: at.Entity, Project: at.Project, Run: at.RunID,
		Slots: r.Slots, Policy: &r.FilePolicy, Uploaded: uploaded, Skipped: skipped, Logger: r.Log,
	})
	u.Start()
	return u
}

// Artifacts implements Server.
func (r Remote) Artifacts(at sink.Target) sink.ArtifactUploads {
	return sink.StartArtifacts(r.Connection, at)
}

// ArtifactError implements Server.
func (r Remote) ArtifactError(ctx context.Context, at sink.Target, name string, err error) error {
	q := at.Question(diagnose.OpLogArtifact)
	q.Artifact = name
	return r.Diagnoser.ExplainRunning(ctx, q, err)
}

var (
	_ Server = Remote{}
	_ Files  = (*runfiles.Uploader)(nil)
)
