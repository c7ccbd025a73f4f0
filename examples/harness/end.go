package main

import (
	"context"
	"fmt"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// The exit codes, after sysexits.h and the client where these have one.
const (
	exitOK       = 0
	exitFailed   = 1
	exitUsage    = 2
	exitTryLater = 75
	exitRefused  = 77
	exitStopped  = 255 // by Ctrl-C or in the web UI, as with the official client
)

// alertTimeout is how long the end of a training waits for an alert to be taken.
const alertTimeout = 10 * time.Second

// end brings the run to its end, which is that of the training, and returns the exit
// code of both.
func (h *harness) end(ctx context.Context, run *client.Run, ended error) int {
	code := exitCode(ended)
	switch code {
	case exitOK:
	case exitFailed:
		h.say("failed", "%v", ended)
		h.alert(ctx, run, client.AlertError, ended)
	case exitStopped:
		h.say("stopped", "%v", ended) // by a person, who knows
	default: // by a signal: the machine is wanted back
		h.say("stopped", "%v", ended)
		h.alert(ctx, run, client.AlertWarn, ended)
	}
	// What ended the training must not end the upload too, but it has its time.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.cfg.finishTimeout)
	defer cancel()
	begun := time.Now()
	err := run.FinishWithCode(ctx, code)
	switch {
	case err != nil:
		h.explain(err)
		h.tell("kept", "%s", run.Dir())
	case run.Err() != nil && !h.sync(ctx, run):
		h.tell("kept", "%s (%s); wandgo sync uploads it later", run.Dir(), errors.Code(run.Err()))
	case run.Err() != nil: // sync has said what became of it
	default:
		h.tell("uploaded", "%s in %s", run.URL(), time.Since(begun).Round(time.Millisecond))
	}
	return code
}

// exitCode is the exit code for a training that ended so.
func exitCode(ended error) int {
	if e, ok := errors.AsType[*client.InterruptedError](ended); ok {
		return e.ExitCode()
	}
	switch {
	case ended == nil:
		return exitOK
	case errors.Is(ended, client.ErrStopped), errors.Is(ended, context.Canceled):
		return exitStopped
	}
	return exitFailed
}

// alert tells the run's owner, who is not watching, that the training ended before its
// time.
func (h *harness) alert(ctx context.Context, run *client.Run, level client.AlertLevel, ended error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), alertTimeout)
	defer cancel()
	alert := client.Alert{Title: "training ended early", Text: fmt.Sprintf("%s: %v", run.Name(), ended), Level: level}
	if err := run.Alert(ctx, alert); err != nil {
		h.say("warning", "%v", err)
	}
}

// sync uploads a run that the server did not take, if that is wanted and the
// server takes it by now: somebody may have settled the matter meanwhile.
func (h *harness) sync(ctx context.Context, run *client.Run) bool {
	if !h.cfg.sync {
		return false
	}
	report, err := h.client.Sync(ctx, []string{run.Dir()}, client.SyncOptions{})
	if err != nil {
		h.say("sync", "%v", err)
		return false
	}
	for _, r := range report.Runs {
		h.say("synced", "%s, %d rows", r.URL, r.RowsSent)
	}
	return true
}

// stop explains why there is no run and gives the exit code for it.
func (h *harness) stop(err error) int {
	h.explain(err)
	switch {
	case errors.IsRetryable(err):
		return exitTryLater
	case errors.Is(err, errors.ErrPermissionDenied):
		return exitRefused
	}
	return exitCode(err)
}
