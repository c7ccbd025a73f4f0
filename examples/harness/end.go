package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// The exit codes, from sysexits.h and the client where they define one.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitNotUploaded = 3 // the training finished, and the server lacks data
	exitTryLater    = 75
	exitRefused     = 77
	exitStopped     = 255 // by Ctrl-C or in the web UI, as with the official client
)

// alertTimeout limits the time for sending an alert.
const alertTimeout = 10 * time.Second

// end finishes the run and returns the exit code of the program. That of the run is the
// same, except if the training succeeded and the server lacks data.
func (h *harness) end(ctx context.Context, run *client.Run, ended error) int {
	code := exitCode(ended)
	switch code {
	case exitOK:
	case exitFailed:
		h.logf("failed", "%v", ended)
		h.alert(ctx, run, client.AlertError, ended)
	case exitStopped:
		h.logf("stopped", "%v", ended) // by a person, who needs no alert
	default: // by a signal from the batch system
		h.logf("stopped", "%v", ended)
		h.alert(ctx, run, client.AlertWarn, ended)
	}
	// What ended the training must not cancel the upload; the timeout limits it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.cfg.finishTimeout)
	defer cancel()
	started := time.Now()
	err := run.FinishWithCode(ctx, code)
	switch {
	case err != nil:
		h.explain(err)
		h.logUnlessShown("on disk", "%s", run.Dir())
		code = cmp.Or(code, exitNotUploaded)
	case run.Err() != nil && !h.sync(ctx, run):
		h.logUnlessShown("on disk", "%s (%s)", run.Dir(), errors.Code(run.Err()))
		code = cmp.Or(code, exitNotUploaded)
	case run.Err() != nil: // sync has printed the result
	default:
		h.logUnlessShown("uploaded", "%s in %s", run.URL(), time.Since(started).Round(time.Millisecond))
	}
	return code
}

// exitCode returns the exit code for the reason why a training ended.
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

// alert notifies the run's owner that the training ended early.
func (h *harness) alert(ctx context.Context, run *client.Run, level client.AlertLevel, ended error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), alertTimeout)
	defer cancel()
	alert := client.Alert{Title: "training ended early", Text: fmt.Sprintf("%s: %v", run.Name(), ended), Level: level}
	if err := run.Alert(ctx, alert); err != nil {
		h.logf("warning", "%v", err)
	}
}

// sync uploads a run that the server refused, if -sync is set and the server accepts it
// now. It reports whether it did.
func (h *harness) sync(ctx context.Context, run *client.Run) bool {
	if !h.cfg.sync {
		return false
	}
	report, err := h.client.Sync(ctx, []string{run.Dir()}, client.SyncOptions{})
	if err != nil {
		h.logf("sync", "%v", err)
		return false
	}
	for _, r := range report.Runs {
		h.logf("synced", "%s, %d rows", r.URL, r.RowsSent)
	}
	return true
}

// stop prints why there is no run and returns the exit code.
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
