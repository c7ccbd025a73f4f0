package syncrun

import (
	"fmt"
	"strings"

	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/sink"
)

// wanted returns the target that the options request. Empty fields are those of each log.
func (o *Options) wanted() sink.Target {
	return sink.Target{Entity: o.Entity, Project: o.Project, RunID: o.RunID, BaseURL: o.BaseURL}
}

// Acknowledged reports whether a note beside the log says that the server at at.BaseURL has
// acknowledged all of the log in its present size. The other fields of at match any if they
// are empty. The mark of a synced log is weaker: it may concern another server, and the
// official client writes it after failed uploads as well.
func (l *Log) Acknowledged(at sink.Target) bool {
	n, ok := l.Dir.LoadUploaded()
	return ok && n.Done && n.Bytes == l.Size && l.Err == nil && l.wentTo(&n, at)
}

func (l *Log) wentTo(n *rundir.Uploaded, at sink.Target) bool {
	if n.BaseURL != at.BaseURL || at.Entity != "" && n.Entity != at.Entity || at.Project != "" && n.Project != at.Project {
		return false
	}
	id := n.RunID
	if id == "" && l.Run != nil {
		id = l.Run.ID
	}
	return at.RunID == "" || id == at.RunID
}

// SyncedAlready is the Reason of a Result if there was nothing to do: the server has everything.
const SyncedAlready = "synced already"

// whereItIs is SyncedAlready, with the target if it is not the one in the log.
func (j *job) whereItIs() string {
	n, _ := j.log.Dir.LoadUploaded()
	if j.log.wentTo(&n, j.target) {
		return SyncedAlready
	}
	id := n.RunID
	if id == "" {
		id = j.target.RunID
	}
	place := strings.Join([]string{n.Entity, n.Project, id}, "/")
	return fmt.Sprintf("%s, as %s; --entity, --project or --id uploads it elsewhere as well", SyncedAlready, place)
}

// note returns the note of an earlier upload to the same run, or nil.
func (j *job) note(old *serverState) *rundir.Uploaded {
	n, ok := j.log.Dir.LoadUploaded()
	if !ok || old == nil || !j.log.wentTo(&n, j.target) ||
		n.StorageID != "" && n.StorageID != old.storageID {
		return nil
	}
	return &n
}

// laterLog reports whether a later process resumed the run (later), or rewound it to a step
// before the end of this log (dropped). Dropped rows are not uploaded.
func (j *job) laterLog(old *serverState, note *rundir.Uploaded) (later, dropped bool) {
	after := j.later()
	if old == nil || len(after) == 0 || after[0].log.Run == nil || old.lines.History == 0 {
		return false, false
	}
	next := after[0].log
	// The official client writes no notes, and only uploads to the target in its log.
	if note == nil && (j.log.Ours() || j.log.Dir.Offline() || j.target != j.own) {
		return false, false
	}
	if step, ok := Rewound(next.Run); ok {
		if old.step <= step {
			return false, false
		}
		if lost := j.contents.LastStep - step; lost > 0 {
			j.warn("the rows from step %d on were not uploaded: the run was continued from there by %s", step+1, next.Path)
		}
		return false, true
	}
	from := next.Run.StartingStep
	return next.Run.Resumed && from > 0 && old.step >= from, false
}
