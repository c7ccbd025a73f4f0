package syncrun

import (
	"context"
	"slices"

	"github.com/wandgo/wandgo/internal/rundir"
)

// alerts returns the indexes in the log of the alerts that are not sent yet. An online
// run sends its own and notes which failed. If the server has nothing of the log, that is
// all of them.
func (j *job) alerts(old *serverState, note *rundir.Uploaded, p *resumePoint) []int64 {
	offline := j.log.Dir.Offline()
	var left []int64
	seen := int64(0)
	switch {
	case note != nil:
		left, seen = note.Alerts, note.AlertsSeen
		if !offline {
			return left
		}
	case old != nil && (!p.appended || !offline):
		return nil // the process that uploaded the run sent them
	}
	for i := seen; i < int64(len(j.contents.Alerts)); i++ {
		left = append(left, i)
	}
	return left
}

// raise sends the alerts, and notes after each which are left.
func (u *upload) raise(ctx context.Context) {
	for next := 0; next < len(u.alerts); {
		if n := u.alerts[next]; n >= 0 && n < int64(len(u.contents.Alerts)) { // else the alert is not on the disk
			a := u.contents.Alerts[n]
			if err := u.e.Server.Alert(ctx, u.at, a); err != nil {
				u.warn("alert %q was not sent: %v", a.Title, err)
				next++
				continue
			}
			u.result.Alerts++
		}
		u.alerts = slices.Delete(u.alerts, next, next+1)
		u.saveAgain()
	}
}
