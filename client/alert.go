package client

import (
	"context"
	"fmt"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/alert"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
)

// Alert is a message to the run's owner, by mail or chat as their settings say.
type Alert = alert.Alert

// AlertLevel is how serious an alert is.
type AlertLevel = alert.Level

// The levels of an alert; none given stands for AlertInfo.
const (
	AlertInfo  = alert.Info
	AlertWarn  = alert.Warn
	AlertError = alert.Error
)

// Alert sends a message to the run's owner and waits for the server's answer or
// the end of ctx. One of the same title within Alert.Wait (one minute by default)
// is not sent again, which is no error. While the run is offline, and once its upload
// has ended, the alert is kept in its directory, and [Client.Sync] sends it. It is safe
// for concurrent use. The error is an *errors.InputError, ErrRunFinished, or what
// became of the request, a refusal with its diagnosis; an alert that failed is not
// sent later.
func (r *Run) Alert(ctx context.Context, a Alert) error {
	if err := r.alert(ctx, a); err != nil {
		return fmt.Errorf("send alert of %s: %w", r, flat{err})
	}
	return nil
}

func (r *Run) alert(ctx context.Context, a Alert) error {
	r.mu.Lock()
	closed, homeless, why := r.closed, r.homeless, r.why.first()
	r.mu.Unlock()
	if closed {
		return errors.ErrRunFinished
	}
	a, err := a.Complete()
	switch {
	case err != nil:
		return err
	case homeless: // neither the server nor the disk takes it
		return why
	case r.alerter == nil: // disabled
		return nil
	}
	free, ok := r.alerter.Reserve(a)
	if !ok {
		return nil
	}
	if err := r.raise(ctx, a); err != nil {
		free()
		return err
	}
	return nil
}

// raise keeps an alert, and sends it or notes that it is to be sent.
func (r *Run) raise(ctx context.Context, a Alert) error {
	var place int64
	var onDisk error
	if rec := r.recorder(); rec != nil {
		if place, onDisk = rec.alert(a); !lost(onDisk) {
			r.mu.Lock()
			r.note(onDisk)
			r.mu.Unlock()
			onDisk = nil
		}
	}
	up := r.up
	switch {
	case up != nil && !up.ended.Load():
		if _, err := r.alerter.Deliver(ctx, a); err != nil {
			return r.client.diagnoser.Explain(ctx, ctx, r.question(diagnose.OpSendAlert), err)
		}
		return nil
	case errors.Is(onDisk, journal.ErrClosed): // Finish came meanwhile
		return errors.ErrRunFinished
	case onDisk != nil:
		return onDisk
	case up != nil:
		return up.raiseLater(place)
	}
	return nil
}

// alert keeps an alert, and returns its place among those of the journal.
func (rec *recorder) alert(a Alert) (place int64, err error) {
	rec.alerting.Lock()
	defer rec.alerting.Unlock()
	err = rec.writer.Append(&record.Alert{
		Title: a.Title, Text: a.Text, Level: string(a.Level), Wait: a.Wait,
	})
	if !lost(err) {
		place = rec.alerts
		rec.alerts++
	}
	return place, err
}
