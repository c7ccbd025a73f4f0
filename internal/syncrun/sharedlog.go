package syncrun

import (
	"context"
	"math"
	"time"

	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/runid"
)

// sharedRest is why a log of shared mode is skipped if the server does not have the run.
const sharedRest = "it is one process's part of a shared run that the server does not have; --id uploads it as a run of its own"

// sharedUnknown is why a log is skipped if it is not known which rows the server has.
const sharedUnknown = "it is one process's part of a shared run, and it is not recorded which; --id uploads it as a run of its own"

// uploadShared uploads the rest of one process's part of a run in shared mode. The server
// numbers the lines of each process separately, so that nothing is overwritten. It does not
// change the state of the run.
func (j *job) uploadShared(ctx context.Context) error {
	old, err := j.ask(ctx)
	switch {
	case err != nil:
		return err
	case old == nil:
		return j.skip(sharedRest)
	case !j.log.Ours(): // the official client does not record what it uploaded, and as which writer
		return j.skip(sharedUnknown)
	}
	note, ok := j.log.Dir.LoadUploaded()
	if !ok || !j.log.wentTo(&note, j.target) {
		note = rundir.Uploaded{}
	}
	switch {
	case note.Writer != "":
	case ok: // a note of an earlier version, without the writer
		return j.skip(sharedUnknown)
	default: // the process was killed before its first request
		note.Writer = runid.NewClient()
	}
	u := &upload{
		job: j, stale: true, later: true, writer: note.Writer,
		resume: &resumePoint{
			history: note.History, events: note.Events, skip: note.History,
			counted: note.Events, since: math.Inf(-1), behind: true, noConsole: true,
		},
	}
	j.knownArtifacts(old, &note)
	created, err := j.e.Server.Upsert(ctx, j.contents.upsert(j.target, old.storageID, nil, false))
	if err != nil {
		return err
	}
	j.result.Continued, j.result.RowsBefore = true, min(note.History, j.contents.Rows)
	u.connect(created)
	u.noteProgress(time.Time{})
	if err := u.run(ctx); err != nil {
		return err
	}
	u.acknowledge()
	return j.mark()
}
