package client

import (
	"context"
	"fmt"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/alert"
	"github.com/wandgo/wandgo/internal/journal"
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
// is not sent again, which is no error. While the run is offline, the alert is
// kept in its directory. It is safe for concurrent use. The error is an
// *errors.InputError, ErrRunFinished, or what became of the request, a refusal
// with its diagnosis.
func (r *Run) Alert(ctx context.Context, a Alert) error {
	if err := r.alert(ctx, a); err != nil {
		return fmt.Errorf("send alert of %s: %w", r, err)
	}
	return nil
}

func (r *Run) alert(ctx context.Context, a Alert) error {
	r.mu.Lock()
	closed, rec, up := r.closed, r.rec, r.up
	r.mu.Unlock()
	if closed {
		return errors.ErrRunFinished
	}
	a, err := a.Complete()
	if err != nil {
		return err
	}
	if rec != nil {
		if err := rec.alert(a); err != nil && up == nil {
			return err
		}
	}
	if up == nil || up.ended.Load() {
		return nil
	}
	if _, err := up.alerter.Send(ctx, a); err != nil {
		q := r.uploadQuestion()
		q.Op = "send alert of run"
		return r.client.explainRequest(ctx, q, err)
	}
	return nil
}

// alert keeps an alert.
func (rec *recorder) alert(a Alert) error {
	return rec.writer.Append(journal.Record{Body: &journal.Alert{
		Title: a.Title, Text: a.Text, Level: string(a.Level), Wait: a.Wait,
	}})
}
