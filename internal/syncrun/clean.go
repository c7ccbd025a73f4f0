package syncrun

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/sink"
)

// cleans reports whether the run's directory is to be deleted, if the server has
// everything.
func (j *job) cleans() bool {
	return j.e.Options.Clean && j.log.Err == nil && time.Since(j.log.Changed) >= j.e.Options.CleanAfter
}

// unproven reports whether only another upload can prove that deleting the directory
// loses nothing: the server has the run, but its files are not known to be there.
func (j *job) unproven() bool {
	n, _ := j.log.Dir.LoadUploaded()
	return j.cleans() && !n.Whole && n.LeftOut == ""
}

// clean deletes the run's directory if the server has everything in it. Otherwise it adds a
// warning with the reason.
func (j *job) clean(ctx context.Context) {
	if j.result.Outcome != Synced && !j.synced {
		return
	}
	reason, err := j.keeps(ctx)
	if err == nil && reason == "" {
		err = j.remove()
	}
	switch {
	case err != nil:
		j.warn("not deleted: %v", err)
	case reason != "":
		j.warn("not deleted: %s", reason)
	default:
		j.result.Cleaned = true
	}
}

// keeps returns why the directory must not be deleted, "" if it may be. The notes on disk
// are not sufficient: the server is asked once more.
func (j *job) keeps(ctx context.Context) (reason string, err error) {
	l := j.log
	note, noted := l.Dir.LoadUploaded()
	left := j.leftOut()
	entries, err := os.ReadDir(l.Dir.Path())
	switch {
	case err != nil:
		return "", err
	case !l.Dir.Named():
		return "the directory was not created by a run", nil
	case len(logsAmong(l.Dir.Path(), entries)) != 1:
		return "the directory has other logs", nil
	case left != "":
		return left, nil
	case noted && note.LeftOut != "":
		return note.LeftOut, nil
	case !noted || !note.Done || !note.Whole:
		return "it is not known whether the server has its files", nil
	case int64(len(note.Artifacts)) < j.contents.Artifacts:
		return fmt.Sprintf("the server has %d of %d artifacts", len(note.Artifacts), j.contents.Artifacts), nil
	case note.History < j.contents.Rows:
		return fmt.Sprintf("the server acknowledged %d of %d rows", note.History, j.contents.Rows), nil
	}
	at := sink.Target{Entity: note.Entity, Project: note.Project, RunID: cmp.Or(note.RunID, j.target.RunID), BaseURL: note.BaseURL}
	old, err := j.serverState(ctx, at)
	ends := j.contents.Exit == nil || !j.contents.Exit.NotComplete
	switch {
	case err != nil:
		return "", err
	case old == nil:
		return "the server no longer has the run", nil
	case old.lines.History < note.Base.History+j.contents.Rows:
		return fmt.Sprintf("the server shows %d of %d rows", max(0, old.lines.History-note.Base.History), j.contents.Rows), nil
	case ends && old.state != "" && !old.ended():
		return fmt.Sprintf("the server shows the run as %s", old.state), nil
	}
	absent, err := j.countAbsent(ctx, at, &note)
	if err != nil || absent == 0 {
		return "", err
	}
	return fmt.Sprintf("the server has other rows in place of %d of %d rows", absent, j.contents.Rows), nil
}

// leftOut returns what was not uploaded, "" if everything was.
func (j *job) leftOut() string {
	r := &j.result
	switch {
	case r.DamagedParts > 0:
		return "the log is damaged"
	case len(r.MissingFiles) > 0:
		return "some of its files are not on this disk"
	case len(r.Warnings) > 0:
		return "not everything could be uploaded"
	}
	return ""
}

// remove deletes the directory, unless a process uses the log. The lock is held until the
// directory is deleted.
func (j *job) remove() error {
	unlock, err := journal.Lock(j.log.Path)
	if unlock != nil {
		defer unlock()
	}
	if errors.Is(err, journal.ErrInUse) {
		return err
	}
	j.e.cleaning.Lock()
	defer j.e.cleaning.Unlock()
	return j.log.Dir.Remove()
}
