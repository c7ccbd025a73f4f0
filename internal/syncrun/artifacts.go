package syncrun

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/sink"
)

// maxWaiting is how many artifacts of a log are uploaded at one time.
const maxWaiting = 8

// knownArtifacts finds out which artifacts of the log the server has. The process that
// made them notes it; the official client writes them only into logs that are to be synced.
func (j *job) knownArtifacts(old *serverState, note *rundir.Uploaded) {
	j.artifacts, j.unsentArtifacts = nil, nil
	if note != nil {
		j.artifacts = slices.Clone(note.Artifacts)
	} else if old != nil && !j.log.Ours() && j.maybeThere() && !j.e.Options.IncludeSynced {
		return // the process that uploaded the run sent them
	}
	for i := range j.contents.Artifacts {
		if !slices.Contains(j.artifacts, i) {
			j.unsentArtifacts = append(j.unsentArtifacts, i)
		}
	}
}

// finishArtifacts uploads the artifacts that the server does not have, or says that another
// sync is to do so.
func (j *job) finishArtifacts(ctx context.Context, at sink.Target, save func()) error {
	switch n := len(j.unsentArtifacts); {
	case n == 0:
		return nil
	case j.e.Options.artifacts == nil:
		j.postponedArtifacts = true
		what := "1 artifact is"
		if n > 1 {
			what = fmt.Sprintf("%d artifacts are", n)
		}
		j.warn("%s not uploaded yet; to upload: wandgo sync %s", what, plaintext.ShellPath(j.log.Dir.Path()))
		return nil
	}
	return j.e.Options.artifacts(j, ctx, at, save)
}

// sendArtifacts uploads artifacts in the order of the log, and calls save after each. An
// artifact whose files are gone is skipped with a warning.
func (j *job) sendArtifacts(ctx context.Context, at sink.Target, save func()) error {
	s := &artifactSender{job: j, ctx: ctx, at: at, save: save, uploads: j.e.Server.Artifacts(at)}
	defer s.uploads.Close()
	index := int64(-1)
	_, err := replay(j.log, &journal.Handler{Artifact: func(a *record.Artifact) error {
		if index++; !slices.Contains(j.unsentArtifacts, index) {
			return nil
		}
		return s.submit(index, a)
	}})
	for err == nil && len(s.waiting) > 0 {
		err = s.settle()
	}
	return errors.Join(append(s.errs, err)...)
}

// artifactSender uploads the artifacts of a log.
type artifactSender struct {
	*job
	ctx     context.Context
	at      sink.Target
	save    func()
	uploads sink.ArtifactUploads
	waiting []sentArtifact // in the order of the log
	errs    []error
}

// sentArtifact is an artifact on its way.
type sentArtifact struct {
	index int64
	name  string
	dirs  []string // of the copies
	wait  func(context.Context) (string, error)
}

func (s *artifactSender) submit(index int64, a *record.Artifact) error {
	local, err := s.located(a)
	if err != nil {
		s.warn("the artifact %.80q was skipped: %v", a.Name, err)
		return nil
	}
	local.Entity, local.Project, local.RunID = s.at.Entity, s.at.Project, s.at.RunID
	s.waiting = append(s.waiting, sentArtifact{index: index, name: a.Name, dirs: s.copies(local), wait: s.uploads.Submit(local)})
	if len(s.waiting) < maxWaiting {
		return nil
	}
	return s.settle()
}

// settle waits for the first artifact. Its error ends the upload of all.
func (s *artifactSender) settle() error {
	a := s.waiting[0]
	s.waiting = s.waiting[1:]
	err := whileMoving(s.ctx, s.e.Options.RetryTimeout, func() [2]int64 {
		p := s.uploads.Progress()
		return [2]int64{int64(p.Done), p.Bytes}
	}, func(ctx context.Context) error {
		_, err := a.wait(ctx)
		return err
	})
	if err != nil {
		if s.ctx.Err() != nil || errors.Is(err, errStalled) {
			return fmt.Errorf("upload artifact %.80q: %w", a.name, err)
		}
		s.errs = append(s.errs, s.e.Server.ArtifactError(s.ctx, s.at, a.name, err))
		return nil
	}
	s.artifacts = append(s.artifacts, a.index)
	slices.Sort(s.artifacts)
	s.result.Artifacts++
	s.save()
	for _, dir := range a.dirs {
		if err := os.RemoveAll(dir); err != nil {
			s.warn("the copies of the files of artifact %.80q were not deleted: %v", a.name, err)
		}
	}
	return nil
}

// copies returns the directories below the run's with copies of an artifact's files.
func (s *artifactSender) copies(a *record.Artifact) []string {
	var dirs []string
	for i := range a.Manifest.Entries {
		path := a.Manifest.Entries[i].LocalPath
		dir := filepath.Dir(path)
		if path != "" && filepath.Dir(dir) == s.log.Dir.Artifacts() && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// whileMoving calls wait, and ends its context if the progress does not change for the
// limit; 0 means no limit.
func whileMoving(ctx context.Context, limit time.Duration, progress func() [2]int64, wait func(context.Context) error) error {
	within, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	done := make(chan error, 1)
	go func() { done <- wait(within) }()
	tick := time.NewTicker(stallCheckEvery)
	defer tick.Stop()
	last, moved := progress(), time.Now()
	for {
		select {
		case err := <-done:
			if cause := context.Cause(within); err != nil && errors.Is(cause, errStalled) {
				return cause
			}
			return err
		case now := <-tick.C:
			if p := progress(); p != last {
				last, moved = p, now
			}
			if limit > 0 && now.Sub(moved) >= limit {
				giveUp(fmt.Errorf("%w for %v", errStalled, limit.Round(time.Second)))
			}
		}
	}
}
