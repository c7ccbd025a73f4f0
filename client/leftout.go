package client

import (
	"sync"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/filestream"
)

// leftOut remembers of what the server does not get for want of room, that it was
// told.
type leftOut struct{ summary, console sync.Once }

// tellLeftOut tells in the log what the server does not get for want of room, when it
// is first found out. It returns an error for what the server lacks in the end.
func (u *upload) tellLeftOut(stats filestream.Stats) error {
	log, run := u.run.client.log, u.run.String()
	if stats.ConsoleDropped > 0 {
		u.left.console.Do(func() {
			log.Warn("the server is behind: console lines are missing in the logs tab; output.log has them all", "run", run)
		})
	}
	if stats.SummariesSkipped > 0 {
		u.left.summary.Do(func() {
			log.Warn("the summary is longer than the server takes; it goes on to show the last one that was not", "run", run)
		})
	}
	if !stats.SummaryTooLong {
		return nil
	}
	return &errors.InputError{Field: "summary", Rule: "is longer than the server takes, which shows an older one; wandb-summary.json has it whole"}
}
