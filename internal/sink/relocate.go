package sink

import (
	"fmt"
	"os"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/oneline"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// rest is what a closed log accepted and its file does not have.
type rest struct {
	rows, events, alerts, artifacts int64
	step                            int64 // of the first row
	any                             bool
}

func (d *Disk) rest() (r rest, err error) {
	err = d.writer.Rest(func(e *wire.Entry) error {
		r.any = true
		switch body := e.Body.(type) {
		case *record.History:
			if r.rows == 0 {
				r.step = body.Step
			}
			r.rows++
		case *record.Stats:
			r.events++
		case *record.Alert:
			r.alerts++
		case *record.Artifact:
			r.artifacts++
		}
		return nil
	})
	return r, err
}

// relocate continues the log in the temporary directory, if its disk is full, does not
// respond or fails for another reason while records wait: mostly that is another file
// system. A sync finds both directories. It does nothing if the disk is all right, and
// happens once. The caller holds no lock.
func (b *Both) relocate() {
	b.relocating.Do(func() {
		b.cfg.Opening(func(opening []record.Record) {
			d := b.currentDisk()
			if d == nil || d.temp != "" {
				return
			}
			_ = d.writer.Close() // tries once more, unless it is closed
			fault := d.writer.Fault()
			left, err := d.rest()
			if fault == nil || !left.any {
				return
			}
			other, elsewhere := b.continueElsewhere(d, left, opening)
			if err = errors.Join(err, elsewhere); err != nil {
				b.rowsOnDisk.Add(-left.rows)
				b.cfg.Log.Warn("what waits for the disk is lost: it cannot be stored elsewhere either", "rows", left.rows, "error", err)
				return
			}
			b.countFrom(d, other, left)
			b.mu.Lock()
			b.disk, b.diskFault, b.firstDir = other, nil, d.Path()
			for _, c := range []Channel{Rows, Settings, Files, Artifacts} {
				b.refusals.errs[c] = withDir(b.refusals.errs[c], d.Path(), other.Path())
			}
			b.mu.Unlock()
			text := fmt.Sprintf("the rest of the run's log, from step %d on, is in %s, because its own directory cannot be written (%s); to upload both: wandgo sync %s %s",
				left.step, other.Path(), oneline.Text(fault), plaintext.ShellPath(d.Path()), plaintext.ShellPath(other.Path()))
			b.cfg.Log.Warn("the rest of the run's log is in the temporary directory", "dir", other.Path(), "error", fault)
			b.cfg.Events.Warning(text)
		})
	})
}

// countFrom has the progress counted from the start of a log that continues another.
func (b *Both) countFrom(d, other *Disk, left rest) {
	p := &b.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	p.history = b.rowsOnDisk.Load() - left.rows
	if b.server != nil {
		p.events = b.server.Stats().Events.Accepted - left.events
	}
	other.alerts, other.artifacts = left.alerts, left.artifacts
	p.alerts = countedFrom(p.alerts, d.alerts-left.alerts)
	p.artifacts = countedFrom(p.artifacts, d.artifacts-left.artifacts)
	p.artifactsBefore = d.artifacts - left.artifacts
}

// countedFrom are the indexes in a log that starts with the n-th of another.
func countedFrom(indexes []int64, n int64) []int64 {
	var out []int64
	for _, i := range indexes {
		if i >= n {
			out = append(out, i-n)
		}
	}
	return out
}

// FirstDir is the run's directory before its log was continued elsewhere, "" if it was not.
func (b *Both) FirstDir() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.firstDir
}

// continueElsewhere starts a log in the temporary directory with what a closed one does not have.
func (b *Both) continueElsewhere(d *Disk, left rest, opening []record.Record) (*Disk, error) {
	for _, rec := range opening {
		if run, ok := rec.(*record.Run); ok {
			run.StartingStep, run.StartTime = left.step, time.Now() // a later log of the run
		}
	}
	other, err := b.cfg.Disk.openTemp(opening)
	if err != nil {
		return nil, err
	}
	err = d.writer.Rest(func(e *wire.Entry) error {
		switch e.Body.(type) {
		case *record.Run, *record.Header, *record.Exit: // the new log has its own
			return nil
		}
		e.Control = wire.Control{}
		return other.writer.AppendEntry(*e)
	})
	if err == nil {
		err = other.writer.Flush()
	}
	if err != nil {
		return nil, errors.Join(err, other.writer.Close(), os.RemoveAll(other.temp))
	}
	return other, nil
}

// lostRows is the error of a Finish that leaves rows neither on the server nor on disk. Both
// have the first rows of the run, up to where they failed.
func (b *Both) lostRows() error {
	rows, kept := b.rows.Load(), b.rowsOnDisk.Load()
	if d := b.currentDisk(); d != nil && errors.Is(d.writer.Fault(), journal.ErrDeleted) {
		kept = 0
	}
	if b.server != nil {
		kept = max(kept, b.server.Stats().History.Acked)
	}
	if kept >= rows {
		return nil
	}
	return fmt.Errorf("%d of %d rows are neither on the server nor on disk: %w", rows-kept, rows, errors.ErrRowLost)
}

// restored reports that the run's log was deleted and written anew.
func (b *Both) restored(path string) {
	b.cfg.Log.Warn("the run's log was deleted while the run wrote it, and was written anew", "path", path)
	b.cfg.Events.Warning("the run's log was deleted while the run wrote it, and was written anew: " + plaintext.ShellPath(path) +
		". Keep the run's directory until the run has ended")
}
