package alert

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/secret"
)

// Level is how serious an alert is.
type Level string

// The levels that the server accepts. An empty level is Info.
const (
	Info  Level = "INFO"
	Warn  Level = "WARN"
	Error Level = "ERROR"
)

// DefaultWait is the least time between alerts of one title if the caller does not say.
// It is that of the official client.
const DefaultWait = time.Minute

// Alert is one message.
type Alert struct {
	// Title is required and identifies the alert. Text may be empty.
	Title, Text string
	Level       Level
	// Wait is the least time until the next alert of the same title. Zero means
	// [DefaultWait]; a negative Wait means none. The server counts in milliseconds.
	Wait time.Duration
}

// Alerter sends the alerts of one run. It is safe for concurrent use. [New] returns one.
type Alerter struct {
	client               *gqlclient.Client
	entity, project, run string

	mu    sync.Mutex
	until map[string]time.Time // by title: when it may be sent again
}

// New returns an Alerter for a run that is on the server.
func New(client *gqlclient.Client, entity, project, run string) *Alerter {
	return &Alerter{client: client, entity: entity, project: project, run: run, until: make(map[string]time.Time)}
}

// Send sends the alert and blocks until the server responds, for at most 15 minutes if
// ctx has no deadline. It reports false if an alert of the same title was sent within its
// Wait, by this Alerter or by another process of the run. An alert that fails does not
// delay later ones. The error is
//
//   - an [errors.InputError] if the alert is not valid,
//   - otherwise a [graphql.Error].
func (a *Alerter) Send(ctx context.Context, alert Alert) (bool, error) {
	alert, err := alert.Complete()
	if err != nil {
		return false, err
	}
	free, ok := a.Reserve(alert)
	if !ok {
		return false, nil
	}
	sent, err := a.Deliver(ctx, alert)
	if err != nil {
		free()
	}
	return sent, err
}

// Deliver is Send for a complete alert whose title is reserved.
func (a *Alerter) Deliver(ctx context.Context, alert Alert) (bool, error) {
	resp, err := graphql.NotifyScriptableRunAlert(ctx, a.client, graphql.NotifyScriptableRunAlertInput{
		EntityName: a.entity, ProjectName: a.project, RunName: a.run, Title: alert.Title, Text: alert.Text,
		Severity: new(graphql.AlertSeverity(alert.Level)), WaitDuration: new(alert.Wait.Milliseconds()),
	})
	if err != nil {
		return false, fmt.Errorf("send alert %q: %w", alert.Title, err)
	}
	return resp.NotifyScriptableRunAlert != nil && resp.NotifyScriptableRunAlert.Success, nil
}

// Complete returns the alert with its defaults. The error is an [errors.InputError] if the
// alert is not valid.
func (a Alert) Complete() (Alert, error) {
	if a.Level == "" {
		a.Level = Info
	}
	if a.Wait == 0 {
		a.Wait = DefaultWait
	}
	a.Wait = max(a.Wait, 0)
	switch {
	case a.Title == "":
		return a, &errors.InputError{Field: "title", Rule: "must not be empty"}
	case !utf8.ValidString(a.Title):
		return a, &errors.InputError{Field: "title", Value: secret.Redact(a.Title), Rule: "must be valid UTF-8"}
	case !utf8.ValidString(a.Text):
		return a, &errors.InputError{Field: "text", Value: secret.Redact(a.Text), Rule: "must be valid UTF-8"}
	}
	switch a.Level {
	case Info, Warn, Error:
		return a, nil
	}
	return a, &errors.InputError{Field: "level", Value: secret.Redact(string(a.Level)), Rule: "must be INFO, WARN or ERROR"}
}

// maxTitles is the number of titles from which expired ones are removed.
const maxTitles = 128

// Reserve reserves the title of a complete alert, so that only one of several goroutines
// sends it. It reports false if the title was reserved within its Wait. The func releases
// the title.
func (a *Alerter) Reserve(alert Alert) (func(), bool) {
	now := time.Now()
	until := now.Add(alert.Wait)
	a.mu.Lock()
	defer a.mu.Unlock()
	if now.Before(a.until[alert.Title]) {
		return nil, false
	}
	if len(a.until) >= maxTitles {
		maps.DeleteFunc(a.until, func(_ string, t time.Time) bool { return !now.Before(t) })
	}
	a.until[alert.Title] = until
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.until[alert.Title].Equal(until) {
			delete(a.until, alert.Title)
		}
	}, true
}
