package client

import (
	"context"
	"time"

	"github.com/wandgo/wandgo/internal/alert"
)

// Alert is a message to the run's owner. The server sends it by mail or chat,
// depending on the owner's settings.
type Alert struct {
	// Title is required. Alerts of one title are the same alert.
	Title string
	// Text may be empty.
	Text string
	// Level is how serious the alert is. Default: [AlertInfo].
	Level AlertLevel
	// Wait is the least time after this alert until the next one of the same title.
	// Negative means none. Default: one minute.
	Wait time.Duration
}

// AlertLevel is how serious an alert is.
type AlertLevel string

// The levels of an alert.
const (
	AlertInfo  AlertLevel = "INFO"
	AlertWarn  AlertLevel = "WARN"
	AlertError AlertLevel = "ERROR"
)

// Alert sends a message to the run's owner. It blocks until the server has responded or
// ctx ends, and is safe for concurrent use.
//
// An alert whose title was used within [Alert].Wait is not sent, which is not an error.
// If the run is offline the alert is stored in its directory, and [Client.Sync] sends
// it. An alert that failed is not sent later.
//
// Errors:
//   - *errors.InputError: no title, an unknown level, or text that is not UTF-8.
//   - ErrRunFinished after Finish.
//   - *errors.PermissionError: the server refused the alert.
//   - *errors.RequestError: other failures of the request.
func (r *Run) Alert(ctx context.Context, a Alert) error {
	return r.session.Alert(ctx, alert.Alert{Title: a.Title, Text: a.Text, Level: alert.Level(a.Level), Wait: a.Wait})
}
