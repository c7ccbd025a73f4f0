package session

import (
	"context"
	"slices"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/draft"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runid"
	"github.com/wandgo/wandgo/internal/sink"
)

// ArtifactOptions says how an artifact is logged.
type ArtifactOptions struct {
	Aliases   []string
	Immutable bool
	CopyLimit int64
	Partial   bool
	Input     bool // the run reads it; it does not make it
}

// latest is the alias of the newest version.
const latest = "latest"

func (s *Session) startArtifacts() sink.ArtifactUploads {
	return sink.StartArtifacts(s.env.Connection, s.target())
}

// LogArtifact fixes an artifact, and stores it on disk and on the server. It blocks on the
// disk, and on the servers of references.
func (s *Session) LogArtifact(d *draft.Draft, o ArtifactOptions) (*sink.ArtifactUpload, error) {
	u, err := s.logArtifact(d, o)
	if err == nil {
		s.display.Artifact()
	}
	return u, s.failed("log artifact to %s", err)
}

func (s *Session) logArtifact(d *draft.Draft, o ArtifactOptions) (*sink.ArtifactUpload, error) {
	aliases := []string{latest}
	for _, alias := range o.Aliases {
		if err := manifest.CheckAlias(alias); err != nil {
			return nil, err
		}
		if !slices.Contains(aliases, alias) {
			aliases = append(aliases, alias)
		}
	}
	if o.Partial && !d.Distributed() {
		return nil, &errors.InputError{Field: "ArtifactOptions.Partial", Rule: "needs a DistributedID of the artifact"}
	}
	if s.isClosed() {
		return nil, errors.ErrRunFinished
	}
	if !s.sink.Online() && s.sink.Dir() == "" {
		return s.sink.Artifact(&record.Artifact{Name: d.Name()}, "", nil) // a disabled run, or one that is not stored
	}
	dir, err := s.sink.CopyDir(runid.NewClient())
	if err != nil {
		return nil, err
	}
	// Not the run's context: a run that was stopped saves its last checkpoint.
	take := func(n int64) error { return s.sink.TakeRoom(dir, n, o.CopyLimit) }
	rec, err := d.Fix(context.Background(), draft.Config{Dir: dir, Immutable: o.Immutable, Take: take, Digests: &s.digests, HTTP: s.env.References})
	if err != nil {
		s.sink.RemoveCopies(dir)
		return nil, err
	}
	rec.Aliases, rec.Finalize = aliases, !o.Partial
	rec.UseAfterCommit, rec.UserCreated = o.Input, o.Input
	rec.SequenceClientID = runid.NewArtifact()
	rec.Entity, rec.Project, rec.RunID = s.plan.Entity, s.plan.Project, s.plan.ID
	u, err := s.storeArtifact(rec, dir)
	if err != nil {
		s.sink.RemoveCopies(dir)
		return nil, err
	}
	return u, nil
}

func (s *Session) storeArtifact(rec *record.Artifact, dir string) (*sink.ArtifactUpload, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed { // Finish came meanwhile
		return nil, errors.ErrRunFinished
	}
	if !s.Shared() {
		rec.HistoryStep = s.rows.step
	}
	return s.sink.Artifact(rec, dir, s.startArtifacts)
}

// UsedArtifact records that the run reads a version, which the server knows already.
func (s *Session) UsedArtifact(rec *record.UseArtifact) error {
	return s.change("use artifact in %s", func() error { return s.sink.Put(rec) })
}

// Reachable returns why the run cannot read from the server, or nil. If the server has
// refused the run, it waits for the diagnosis until ctx ends.
func (s *Session) Reachable(ctx context.Context) error {
	switch {
	case s.isClosed():
		return errors.ErrRunFinished
	case !s.sink.Online():
		return s.sink.OfflineError(ctx)
	}
	return nil
}
