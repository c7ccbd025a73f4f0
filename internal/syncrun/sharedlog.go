package syncrun

import (
	"context"
	"math"
	"time"

	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/runid"
)

// sharedRest is why a log of shared mode is skipped if the server does not have its run.
const sharedRest = "one of several processes wrote it, in shared mode, and the server does not have the run; another run id uploads it as a run of its own"

// sharedUnknown is why one is skipped if it is not known which of its rows are there.
const sharedUnknown = "one of several processes wrote it, in shared mode, and it is not known as which; another run id uploads it as a run of its own"

// uploadShared uploads what the server does not have of one process's part of a run in
// shared mode. The server counts each process's lines apart, so that no other is
// overwritten. Whether and how the run ends is not this process's affair any more.
func (j *job) uploadShared(ctx context.Context, live bool) error {
	old, err := j.ask(ctx)
	switch {
	case err != nil:
		return err
	case old == nil:
		return j.skip(sharedRest)
	case !j.log.Ours(): // the official client does not note what it uploaded, and as which writer
		return j.skip(sharedUnknown)
	}
	note, ok := j.log.Dir.LoadUploaded()
	if !ok || !j.log.wentTo(&note, j.e.Options.BaseURL, j.target) {
		note = rundir.Uploaded{}
	}
	switch {
	case note.Writer != "":
	case ok: // of an earlier version, which did not note it
		return j.skip(sharedUnknown)
	default: // the process was killed before its first request
		note.Writer = runid.NewClient()
	}
	u := &upload{
		job: j, live: live, stale: true, later: true, writer: note.Writer,
		resume: &resumePoint{
			history: note.History, events: note.Events, skip: note.History,
			counted: note.Events, since: math.Inf(-1), behind: true, noConsole: true,
		},
	}
	created, err := j.e.Server.Upsert(ctx, j.contents.upsert(j.target, old.storageID, nil, false))
	if err != nil {
		return err
	}
	u.at, u.created = created.Target, created
	r := &j.result
	r.Entity, r.Project, r.RunID, r.Name, r.URL = created.Entity, created.Project, created.RunID, created.Name, created.URL
	r.Continued, r.RowsBefore = true, min(note.History, j.contents.Rows)
	u.connect()
	u.noteProgress(time.Time{})
	if err := u.run(ctx); err != nil {
		return err
	}
	u.acknowledge()
	return j.mark(live)
}
