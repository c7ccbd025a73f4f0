package sink

import (
	"fmt"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/record"
)

// rowsRefused is called when the server accepts no more rows and the stream has come to
// rest. From then on there is only the disk. Only the first call has an effect.
func (b *Both) rowsRefused(cause error) {
	b.takeover.Do(func() {
		b.mu.Lock()
		b.refusals.explained = make(chan struct{}) // before anybody can see that the run is offline
		b.mu.Unlock()
		b.continueOnDisk(b.preliminary(Rows, cause))
		b.cfg.Log.Warn("the upload ended; the run continues on disk", "dir", b.Dir(), "error", cause)
		b.refused(Rows, cause)
	})
}

// abandon is rowsRefused for a Finish that ran out of time.
func (b *Both) abandon(why error) {
	b.takeover.Do(func() {
		b.continueOnDisk(why)
		b.cfg.Log.Warn("the upload was broken off; the rest is on disk", "dir", b.Dir(), "error", why)
	})
}

// continueOnDisk has the disk continue alone.
func (b *Both) continueOnDisk(why error) {
	b.fail(Rows, why)
	b.persistUnsent()
	b.offline.Store(true)
	b.abandonArtifacts()
	b.server.updater.drop()
	b.server.Close() // releases what waits in memory
	b.progress.save(b)
	b.keepFilesInBackground()
}

// persistUnsent ensures that what the server does not have is on disk. It is there
// already, unless the disk could not be opened when the run started. Then it is tried
// again, and rows that are logged meanwhile wait. If that fails too, rows are lost from
// here on.
func (b *Both) persistUnsent() {
	if d := b.currentDisk(); d != nil {
		if d.writer.Fault() != nil {
			b.relocate()
		}
		return
	}
	b.cfg.Opening(func(opening []record.Record) {
		err := b.openDisk(opening, b.handOver)
		if err == nil {
			return
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.unpersisted = true
		b.refusals.disk = fmt.Errorf("persist unsent rows of %s: %w", b.cfg.Name, err)
	})
}

// handOver writes the rows that the server does not have to a new log, which starts behind
// those that it has.
func (b *Both) handOver(d *Disk) error {
	b.progress.startHere(b.server.Stats())
	b.rowsOnDisk.Store(b.server.Stats().History.Acked) // with those that follow
	b.logArtifacts(d)
	return b.server.stream.HandOver(func(line []byte) error {
		if err := d.Row(&record.Row{Line: line, Step: history.StepOf(line)}); lost(err) {
			return errors.Join(errors.ErrRowLost, err)
		}
		b.rowsOnDisk.Add(1)
		return nil
	})
}
