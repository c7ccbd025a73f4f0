package client

import (
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
)

// findTwin looks for another process of this machine that writes the same run at this
// moment. The server cannot tell the two apart: each one's rows take the place of the
// other's. Both go on, and what each logs is whole in its own directory. r.mu need not
// be held, as the run has not begun.
func (r *Run) findTwin() {
	if r.rec == nil || r.writer != nil { // others are meant to write a run in shared mode
		return
	}
	for _, d := range r.rec.dir.Siblings() {
		unlock, err := journal.Lock(d.Journal())
		if err == nil {
			unlock()
			continue
		}
		if errors.Is(err, journal.ErrInUse) {
			r.news = &errors.RequestError{
				Op: "create run", Entity: r.entity, Project: r.project, RunID: r.id, BaseURL: r.client.settings.BaseURL.Text,
				Cause: errors.ErrRunExists,
				Hint:  "another process writes this run now, to " + d.Path() + "; the rows of the two take each other's place on the server. Choose another run id, or the mode shared for several processes of one run",
			}
			r.client.log.Warn("another process writes the same run", "run", r.String(), "dir", d.Path())
			return
		}
	}
}
