package client

import (
	"cmp"
	"context"
	"net/http"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/alert"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/sink"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// syncOp is the verb of errors about a sync.
const syncOp = diagnose.OpSyncRun

// check finds what cannot be right before any request.
func (o *SyncOptions) check(key secret.Key) error {
	if o.RetryTimeout < 0 {
		return &errors.InputError{Field: "retry timeout", Value: secret.Redact(o.RetryTimeout.String()), Rule: "must not be negative"}
	}
	return checkNames(key, o.Entity, o.Project, o.RunID)
}

func syncQuestion(at syncrun.Target) diagnose.Question {
	return diagnose.Question{Op: syncOp, Entity: at.Entity, Project: at.Project, RunID: at.RunID}
}

// syncServer is the server as runs are uploaded to it. It turns every error into
// the public one, and lets runs that are refused for one reason share a
// diagnosis.
type syncServer struct{ client *Client }

// explain is the public error. within is what bounded the request in ctx.
func (s *syncServer) explain(ctx, within context.Context, at syncrun.Target, err error) error {
	return s.client.diagnoser.Explain(ctx, within, syncQuestion(at), err)
}

// Status implements syncrun.Server.
func (s *syncServer) Status(ctx context.Context, at syncrun.Target) (*graphql.RunState, error) {
	within, cancel := context.WithTimeout(ctx, s.client.initTimeout)
	defer cancel()
	resp, err := graphql.ResumeStatus(within, s.client.graphql, sink.Optional(at.Entity), sink.Optional(at.Project), at.RunID)
	if e, ok := errors.AsType[*graphql.Error](err); ok && e.FromWandB() && e.StatusCode == http.StatusNotFound {
		return nil, nil //nolint:nilnil // hidden or missing; the upsert that follows is diagnosed
	}
	if err != nil {
		return nil, s.explain(ctx, within, at, err)
	}
	if resp.Project == nil {
		return nil, nil //nolint:nilnil // there is no run, as the interface says
	}
	return resp.Project.Bucket, nil
}

// Rows implements syncrun.Server.
func (s *syncServer) Rows(ctx context.Context, at syncrun.Target, minStep, maxStep int64, limit int) ([]string, error) {
	within, cancel := context.WithTimeout(ctx, s.client.initTimeout)
	defer cancel()
	resp, err := graphql.RunRows(within, s.client.graphql, sink.Optional(at.Entity), sink.Optional(at.Project), at.RunID, minStep, maxStep, limit)
	switch {
	case err != nil:
		return nil, s.explain(ctx, within, at, err)
	case resp.Project == nil || resp.Project.Bucket == nil:
		return nil, s.client.resumeError(syncQuestion(at), errors.ErrRunMissing, nil)
	}
	return resp.Project.Bucket.History, nil
}

// Rewind implements syncrun.Server.
func (s *syncServer) Rewind(ctx context.Context, at syncrun.Target, step int64) error {
	within, cancel := context.WithTimeout(ctx, s.client.initTimeout)
	defer cancel()
	resp, err := graphql.RewindRun(within, s.client.graphql, graphql.RewindRunInput{
		RunName: at.RunID, EntityName: sink.Optional(at.Entity), ProjectName: sink.Optional(at.Project),
		MetricName: "_step", MetricValue: float64(step),
	})
	if err != nil {
		return s.explain(ctx, within, at, err)
	}
	if resp.RewindRun == nil || resp.RewindRun.RewoundRun == nil {
		return s.client.resumeError(syncQuestion(at), errors.ErrRunMissing, nil)
	}
	return nil
}

// Upsert implements syncrun.Server.
func (s *syncServer) Upsert(ctx context.Context, in graphql.UpsertBucketInput) (*syncrun.Created, error) {
	at := syncrun.Target{RunID: *in.Name, Entity: *cmp.Or(in.EntityName, new("")), Project: *cmp.Or(in.ModelName, new(""))}
	within, cancel := context.WithTimeout(ctx, s.client.initTimeout)
	defer cancel()
	resp, err := graphql.UpsertBucket(within, s.client.graphql, in)
	if err != nil {
		return nil, s.explain(ctx, within, at, err)
	}
	b, err := sink.AcceptedRun(sink.Target{Entity: at.Entity, Project: at.Project, RunID: at.RunID, BaseURL: s.client.settings.BaseURL.Text}, syncOp, resp)
	if err != nil {
		return nil, err
	}
	c := &syncrun.Created{Target: at, StorageID: b.Id}
	c.RunID, c.Name = cmp.Or(b.Name, at.RunID), *cmp.Or(b.DisplayName, new(""))
	c.HistoryLines = int64(*cmp.Or(b.HistoryLineCount, new(0)))
	if b.Project != nil {
		c.Project = cmp.Or(b.Project.Name, c.Project)
		c.Entity = cmp.Or(b.Project.Entity.Name, c.Entity)
	}
	c.URL = settings.RunURL(s.client.settings.AppURL, c.Entity, c.Project, c.RunID)
	return c, nil
}

func (s *syncServer) target(at syncrun.Target) sink.Target {
	return sink.Target{Entity: at.Entity, Project: at.Project, RunID: at.RunID, BaseURL: s.client.settings.BaseURL.Text}
}

// Connect implements syncrun.Server.
func (s *syncServer) Connect(at syncrun.Target, cfg sink.ServerConfig) *sink.Server {
	cfg.Target = s.target(at)
	cfg.Transport, cfg.GraphQL, cfg.Policy = s.client.transport, s.client.graphql, s.client.env.StreamPolicy
	return sink.NewServer(cfg)
}

// Explain implements syncrun.Server.
func (s *syncServer) Explain(ctx, within context.Context, at syncrun.Target, err error) error {
	return s.explain(ctx, within, at, err)
}

// Alert implements syncrun.Server.
func (s *syncServer) Alert(ctx context.Context, at syncrun.Target, a *record.Alert) error {
	_, err := alert.New(s.client.graphql, at.Entity, at.Project, at.RunID).Send(ctx, alert.Alert{
		Title: a.Title, Text: a.Text, Level: alert.Level(a.Level), Wait: a.Wait,
	})
	return err
}

// Files implements syncrun.Server.
func (s *syncServer) Files(at syncrun.Target, uploaded func(string), skipped func(string, error)) (syncrun.Files, error) {
	cfg := runfiles.Config{
		GraphQL: s.client.graphql, Transport: s.client.transport, IgnoreGlobs: s.client.settings.Machine.IgnoreGlobs,
		Entity: at.Entity, Project: at.Project, Run: at.RunID,
		Slots: s.client.env.Slots, Policy: &s.client.env.FilePolicy, Uploaded: uploaded, Skipped: skipped, Logger: s.client.log,
	}
	u, err := runfiles.New(cfg)
	if err != nil && cfg.IgnoreGlobs != nil { // an invalid pattern: better all files than none, as in a live run
		s.client.log.Warn("WANDB_IGNORE_GLOBS is ignored", "error", err)
		cfg.IgnoreGlobs = nil
		u, err = runfiles.New(cfg)
	}
	if err != nil {
		return nil, err
	}
	u.Start()
	return u, nil
}

// Artifacts implements syncrun.Server.
func (s *syncServer) Artifacts(at syncrun.Target) sink.ArtifactUploads {
	return (*artifactStarter)(s.client).StartArtifacts(s.target(at))
}

// ArtifactError implements syncrun.Server.
func (s *syncServer) ArtifactError(ctx context.Context, at syncrun.Target, name string, err error) error {
	q := s.target(at).Question(diagnose.OpLogArtifact)
	q.Artifact = name
	return s.client.diagnoser.ExplainRunning(ctx, q, err)
}

// FilesError implements syncrun.Server.
func (s *syncServer) FilesError(ctx context.Context, at syncrun.Target, err error) error {
	if _, ok := errors.AsType[*graphql.Error](err); !ok {
		return err
	}
	return errors.Join(err, s.explain(ctx, ctx, at, err))
}

var (
	_ syncrun.Server = (*syncServer)(nil)
	_ syncrun.Files  = (*runfiles.Uploader)(nil)
)
