package syncrun

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/rundir"
)

// cleans reports whether the run's directory is to be deleted, if the server has
// everything.
func (j *job) cleans() bool {
	return j.e.Options.Clean && j.log.Err == nil && time.Since(j.log.Changed) >= j.e.Options.CleanAfter
}

// unproven reports whether it takes another upload to find out that nothing would be
// lost with the directory: the server answered that the run is there, which says
// nothing of its files.
func (j *job) unproven() bool {
	n, _ := j.log.Dir.LoadUploaded()
	return j.cleans() && !n.Whole && n.LeftOut == ""
}

// clean deletes the run's directory, if the server has all of it. Otherwise a warning
// says why it stays.
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

// keeps says why the directory must stay, "" if it need not. What the notes say is not
// enough for that: the server is asked once more.
func (j *job) keeps(ctx context.Context) (reason string, err error) {
	l := j.log
	note, noted := l.Dir.LoadUploaded()
	left := j.leftOut()
	entries, err := os.ReadDir(l.Dir.Path())
	switch {
	case err != nil:
		return "", err
	case !l.Dir.Named():
		return "the directory is not one that a run made for itself", nil
	case len(logsAmong(l.Dir.Path(), entries)) != 1:
		return "the directory holds other logs, too", nil
	case left != "":
		return left, nil
	case noted && note.LeftOut != "":
		return note.LeftOut, nil
	case !noted || !note.Done || !note.Whole:
		return "it is not known whether the server has its files, too", nil
	case note.History < j.contents.Rows:
		return fmt.Sprintf("the server acknowledged %d of %d rows", note.History, j.contents.Rows), nil
	}
	at := Target{Entity: note.Entity, Project: note.Project, RunID: cmp.Or(note.RunID, j.target.RunID)}
	status, err := j.e.Server.Status(ctx, at)
	if err != nil {
		return "", err
	}
	old, err := readServerState(status)
	if err != nil {
		return "", err
	}
	if reason := j.lacks(old, &note); reason != "" {
		return reason, nil
	}
	switch absent, err := j.countAbsent(ctx, at, &note); {
	case err != nil:
		return "", err
	case absent > 0:
		return fmt.Sprintf("the server has other rows in place of %d of %d rows", absent, j.contents.Rows), nil
	}
	return "", nil
}

// lacks says what the server does not have, "" if it has everything.
func (j *job) lacks(old *serverState, note *rundir.Uploaded) string {
	ends := j.contents.Exit == nil || !j.contents.Exit.NotComplete
	switch {
	case old == nil:
		return "the server does not have the run any more"
	case old.rows < note.Base.History+j.contents.Rows:
		return fmt.Sprintf("the server shows %d of %d rows", max(0, old.rows-note.Base.History), j.contents.Rows)
	case ends && old.state != "" && !old.ended():
		return fmt.Sprintf("to the server the run is %s", old.state)
	}
	return ""
}

// leftOut says what the server did not get, "" if it got everything.
func (j *job) leftOut() string {
	r := &j.result
	switch {
	case r.DamagedParts > 0:
		return "the log is damaged"
	case len(r.MissingFiles) > 0:
		return "not all of its files are there to be uploaded"
	case len(r.Warnings) > 0:
		return "not everything could be uploaded"
	}
	return ""
}

// remove deletes the directory, unless somebody uses the log. The lock is held until
// it is gone.
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
