package syncrun

import (
	"fmt"
	"strings"

	"github.com/wandgo/wandgo/internal/rundir"
)

// wanted is the place that was asked for, whatever the logs say. What is empty is left
// to them.
func (o *Options) wanted() Target {
	return Target{Entity: o.Entity, Project: o.Project, RunID: o.RunID}
}

// Acknowledged reports whether a note beside the log says that the server at baseURL
// has acknowledged all of the log, as it is now, at a place that has the names in at;
// an empty name stands for any. That the log is marked as synced says less: it may
// have been another server, and the official client marks what it failed to upload.
func (l *Log) Acknowledged(baseURL string, at Target) bool {
	n, ok := l.Dir.LoadUploaded()
	return ok && n.Done && n.Bytes == l.Size && l.Err == nil && l.wentTo(&n, baseURL, at)
}

func (l *Log) wentTo(n *rundir.Uploaded, baseURL string, at Target) bool {
	if n.BaseURL != baseURL || at.Entity != "" && n.Entity != at.Entity || at.Project != "" && n.Project != at.Project {
		return false
	}
	id := n.RunID
	if id == "" && l.Run != nil {
		id = l.Run.ID
	}
	return at.RunID == "" || id == at.RunID
}

// alreadyThere is why a log is left alone of which the server has everything.
const alreadyThere = "synced already"

// whereItIs is alreadyThere, with the place if the log names another.
func (j *job) whereItIs() string {
	n, _ := j.log.Dir.LoadUploaded()
	if j.log.wentTo(&n, n.BaseURL, j.target) {
		return alreadyThere
	}
	id := n.RunID
	if id == "" {
		id = j.target.RunID
	}
	place := strings.Join([]string{n.Entity, n.Project, id}, "/")
	return fmt.Sprintf("%s, as %s; --entity, --project or --id uploads it elsewhere, too", alreadyThere, place)
}

// note is what the directory says of an earlier upload to the same run.
func (j *job) note(old *serverState) *rundir.Uploaded {
	n, ok := j.log.Dir.LoadUploaded()
	if !ok || old == nil || !j.log.wentTo(&n, j.e.Options.BaseURL, j.target) ||
		n.StorageID != "" && n.StorageID != old.storageID {
		return nil
	}
	return &n
}

// laterLog finds out whether the run was resumed by a later process (later), or rewound by
// one to before the end of this log (dropped). Rows that were dropped are not uploaded.
func (j *job) laterLog(old *serverState, note *rundir.Uploaded) (later, dropped bool) {
	if old == nil || j.next == nil || j.next.Run == nil || old.rows == 0 {
		return false, false
	}
	// The official client notes nothing, and only uploads to where its log says.
	if note == nil && (j.log.Ours() || j.log.Dir.Offline() || j.target != j.log.target()) {
		return false, false
	}
	if step, ok := rewound(j.next.Run); ok {
		if old.step <= step {
			return false, false
		}
		if lost := j.contents.LastStep - step; lost > 0 {
			j.warn("the rows from step %d on were not uploaded: the run was continued from there by %s", step+1, j.next.Path)
		}
		return false, true
	}
	from := j.next.Run.StartingStep
	return j.next.Run.Resumed && from > 0 && old.step >= from, false
}
