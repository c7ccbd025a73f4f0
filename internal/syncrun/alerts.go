package syncrun

import (
	"context"
	"slices"

	"github.com/wandgo/wandgo/internal/rundir"
)

// alerts are the places in the log of the alerts that nobody raised yet. An online
// run raises its own and notes those that it could not; of a log that the server had
// nothing of, all are left.
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
		return nil // whoever brought it there raised them, too
	}
	for i := seen; i < int64(len(j.contents.Alerts)); i++ {
		left = append(left, i)
	}
	return left
}

// raise raises them, and notes after each what is left.
func (u *upload) raise(ctx context.Context) {
	for next := 0; next < len(u.alerts); {
		if n := u.alerts[next]; n >= 0 && n < int64(len(u.contents.Alerts)) { // else it did not get to the disk
			a := u.contents.Alerts[n]
			if err := u.e.Server.Alert(ctx, u.at, a); err != nil {
				u.warn("alert %q was not raised: %v", a.Title, err)
				next++
				continue
			}
			u.result.Alerts++
		}
		u.alerts = slices.Delete(u.alerts, next, next+1)
		u.saveAgain()
	}
}
