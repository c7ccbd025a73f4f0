package syncrun

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/oneline"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/sink"
)

// upload uploads a log. A run that is still in progress is not ended on the server.
func (j *job) upload(ctx context.Context) error {
	srv, l, s := j.e.Server, j.log, j.contents
	old, err := j.ask(ctx)
	if err != nil {
		return err
	}
	note := j.note(old)
	later, dropped := j.laterLog(old, note)
	if dropped {
		return j.markDone(old, note, record.Lines{})
	}
	var p *resumePoint
	step, rewinds, err := j.rewinds(old, note)
	switch {
	case err != nil:
	case rewinds:
		old, p, err = j.rewind(ctx, step)
	case later:
		p = laterRows(old, note, j.loadShift(note))
	default:
		p, err = locate(l, old, note, j.loadShift(note), s.Exit == nil && !j.live)
	}
	j.knownArtifacts(old, note)
	if err == nil && p.unsure {
		err = j.addAbsent(ctx, old, note, p)
	}
	switch {
	case errors.Is(err, ErrConflict) && j.maybeThere() && !j.e.Options.IncludeSynced:
		return j.skip("the server has other or later rows of this run, so it is not known whether it has these; --id uploads them as another run")
	case err != nil:
		return err
	case p.nothing:
		j.result.RowsBefore = p.present(s.Rows)
		if p.doubtful > 0 {
			j.warn("the server has later rows of the run; it is not known whether it has the last %d of the log", p.doubtful)
		}
		if !j.live {
			if err := j.finishArtifacts(ctx, j.target, func() {}); err != nil {
				return err
			}
		}
		return j.markDone(old, note, p.base)
	case j.isThere(old, note, p):
		j.synced = true
		if err := j.markDone(old, note, p.base); err != nil {
			return err
		}
		return j.skip(SyncedAlready)
	}
	if !j.live && (p.late != nil || p.skip < s.Rows) && j.isWrittenHere() {
		return fmt.Errorf("upload rows: %w", ErrStillWritten)
	}
	var config map[string]json.RawMessage
	var storageID string
	if old != nil {
		config, storageID = old.config, old.storageID
	}
	j.result.Continued, j.result.RowsBefore = old != nil, p.present(s.Rows)
	u := &upload{job: j, resume: p, alerts: j.alerts(old, note, p)}
	u.ended = old != nil && old.ended() && (!p.appended || p.behind) && !p.rewound
	u.later = p.behind && !j.live && (p.late != nil || p.appended || u.ended)
	u.stale = u.later || p.behind && !j.live && s.Exit == nil
	if u.ended && old.state != "finished" {
		u.code = crashed
	}
	if p.late != nil && old.summaryStep < old.step {
		u.keepStep = old.withLastStep()
	}
	in := s.upsert(j.target, storageID, nil, false)
	if !u.stale { // the server's config and labels are newer
		u.config = s.config(config, j.environment)
		// A user may have renamed a run that was online.
		labels := note == nil || l.Dir.Offline() || s.relabelled
		in = s.upsert(j.target, storageID, u.config, labels)
	}
	created, err := srv.Upsert(ctx, in)
	if errors.Is(err, errors.ErrInvalidInput) {
		created, err = j.upsertParts(ctx, in, err)
	}
	if err != nil {
		if errors.Is(err, errors.ErrRunDeleted) && j.maybeThere() {
			return j.skip("the run was deleted on the server; --id uploads it as another run")
		}
		return err
	}
	if old == nil { // a fork has the rows of its parent
		p.history, p.base.History = created.HistoryLines, created.HistoryLines
	}
	u.connect(created)
	if p.appended || old == nil || note == nil || p.late != nil {
		if p.late == nil {
			u.saveShift()
		}
		u.noteProgress(time.Time{})
	}
	if old != nil && p.appended {
		u.oldSummary = old.summary
	}
	if err := u.run(ctx); err != nil {
		return err
	}
	u.acknowledge()
	return j.mark()
}

// upsertParts repeats a refused upsert without the settings that the server does not
// accept. The rows of the run do not depend on them.
func (j *job) upsertParts(ctx context.Context, in graphql.UpsertBucketInput, refusal error) (*Created, error) {
	var created *Created
	err := sink.UpsertEach(in, refusal, func(in graphql.UpsertBucketInput) error {
		c, err := j.e.Server.Upsert(ctx, in)
		if err == nil {
			if created == nil {
				created = c
			}
			if in.DisplayName != nil {
				created.Name = *in.DisplayName
			}
		}
		return err
	}, func(part sink.UpsertPart, err error) bool {
		invalid := errors.Is(err, errors.ErrInvalidInput)
		if invalid {
			j.warn("the run's %s was skipped because the server refuses it: %s", part.Setting, oneline.Text(err))
		}
		return invalid
	})
	return created, err
}

// ask asks the server what it has of the run. A server that cannot be reached is not asked
// again about other runs.
func (j *job) ask(ctx context.Context) (*serverState, error) {
	j.e.mu.Lock()
	down := j.e.down
	j.e.mu.Unlock()
	if down != nil {
		return nil, j.sameReason(down)
	}
	j.report(Progress{Phase: Asking})
	s, err := j.serverState(ctx, j.target)
	if e, ok := errors.AsType[*errors.RequestError](err); ok && ctx.Err() == nil &&
		errors.Is(e.Cause, errors.ErrServerUnavailable) && e.StatusCode == 0 {
		j.e.mu.Lock()
		j.e.down = j.sameReason(err) // a copy that is not changed later
		j.e.mu.Unlock()
	}
	return s, err
}

// sameReason returns a copy of an error about another run for this run.
func (j *job) sameReason(err error) error {
	e, ok := errors.AsType[*errors.RequestError](err)
	if !ok {
		return err
	}
	same := *e
	same.Entity, same.Project, same.RunID, same.Dir = j.target.Entity, j.target.Project, j.target.RunID, ""
	return &same
}

// isThere reports whether the server has everything, according to the server and to a mark
// or the kind of the run.
func (j *job) isThere(old *serverState, note *rundir.Uploaded, p *resumePoint) bool {
	s := j.contents
	return old != nil && !broken(note) && len(j.unsentArtifacts) == 0 && j.maybeThere() && !j.e.Options.IncludeSynced && !j.cleans() &&
		!p.appended && (p.found || s.Rows == 0) && p.skip >= s.Rows && old.lines.Events-p.base.Events >= s.State.Events &&
		(old.ended() || old.state == "" || s.Exit != nil && s.Exit.NotComplete)
}

// broken reports whether a note was written by a sync that was interrupted. The server may
// then know the end of the run although files are missing.
func broken(note *rundir.Uploaded) bool { return note != nil && note.StorageID != "" && !note.Done }

// markDone notes that there is nothing to send. Without an earlier note it is not known
// whether the server has the files.
func (j *job) markDone(old *serverState, note *rundir.Uploaded, base record.Lines) error {
	j.result.Continued = true
	if !j.live {
		n := rundir.Uploaded{
			Base: base, Entity: j.target.Entity, Project: j.target.Project, RunID: j.target.RunID,
			StorageID: old.storageID, BaseURL: j.target.BaseURL, LeftOut: j.leftOut(),
		}
		if note != nil {
			left := n.LeftOut
			n = *note
			n.RunID, n.LeftOut = j.target.RunID, cmp.Or(left, n.LeftOut)
		}
		n.Done, n.Bytes, n.Artifacts = !j.postponedArtifacts, j.log.Size, j.artifacts
		n.History, n.Events = max(n.History, j.contents.Rows), max(n.Events, j.contents.State.Events)
		j.save(n)
	}
	return j.mark()
}

// mark marks the log as synced, for the official client as well.
func (j *job) mark() error {
	if j.live {
		j.result.Outcome = Running
		return nil
	}
	j.result.Outcome = Synced
	if int64(len(j.artifacts)) == j.contents.Artifacts {
		// What is left are the copies of a process that was killed while it made them.
		if err := os.RemoveAll(j.log.Dir.Artifacts()); err != nil {
			j.unwritable(err)
		}
	}
	if j.postponedArtifacts {
		return nil
	}
	if err := j.log.Dir.MarkSynced(); err != nil {
		j.unwritable(err)
	}
	return nil
}
