package sink

import (
	"sync"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/filestream"
)

// dropped remembers which of the data that the server does not get because there was no room for
// it was reported.
type dropped struct{ summary, console sync.Once }

// report logs once what the server does not get because there was no room for it. It returns an
// error for what the server does not have in the end.
func (d *dropped) report(b *Both, stats filestream.Stats) error {
	if stats.ConsoleDropped > 0 {
		d.console.Do(func() {
			b.cfg.Log.Warn("the server is behind: console lines are missing in the logs tab; the file has all of them", "file", b.cfg.ConsoleFile)
		})
	}
	if stats.SummariesSkipped > 0 {
		d.summary.Do(func() {
			b.cfg.Log.Warn("the summary is longer than the server accepts; it shows the last one that was not")
		})
	}
	if !stats.SummaryTooLong {
		return nil
	}
	return &errors.InputError{Field: "summary", Rule: "is longer than the server accepts, which shows an older one; wandb-summary.json has all of it"}
}
