package sink

import (
	"context"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/alert"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
)

// Alert sends a complete alert and blocks until the server has responded or ctx ends.
// If the run is offline the disk has it, for a later sync to send. An alert of the same
// title within its wait is not sent again.
func (b *Both) Alert(ctx context.Context, a alert.Alert) error {
	switch _, _, unpersisted := b.current(); {
	case unpersisted:
		return b.Err()
	case b.alerter == nil: // a disabled run
		return nil
	}
	release, ok := b.alerter.Reserve(a)
	if !ok {
		return nil
	}
	if err := b.raise(ctx, a); err != nil {
		release()
		return err
	}
	return nil
}

// raise stores an alert, and sends it or records that it is to be sent.
func (b *Both) raise(ctx context.Context, a alert.Alert) error {
	disk, server, _ := b.current()
	var index int64
	var onDisk error
	if disk != nil {
		index, onDisk = disk.putCounted(&record.Alert{Title: a.Title, Text: a.Text, Level: string(a.Level), Wait: a.Wait}, &disk.alerts)
		if onDisk != nil && !lost(onDisk) {
			b.reportDisk(onDisk)
			onDisk = nil
		}
	}
	switch {
	case server != nil:
		if _, err := b.alerter.Deliver(ctx, a); err != nil {
			err = b.cfg.Diagnoser.Explain(ctx, ctx, b.cfg.Target.Question(Alerts.op()), err)
			if ctx.Err() == nil {
				b.alertRefused(err)
			}
			return err
		}
		return nil
	case errors.Is(onDisk, journal.ErrClosed): // Finish came meanwhile
		return errors.ErrRunFinished
	case onDisk != nil:
		return onDisk
	case b.server != nil: // it was online when it started
		return b.progress.sendLater(b, index)
	}
	return nil
}
