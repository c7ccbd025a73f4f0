package main

import (
	"cmp"
	"fmt"
	"strings"
	"sync"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/syncrun"
	"github.com/wandgo/wandgo/internal/transport"
)

// syncOutput prints one line for each run that is done and, on a terminal, a line
// of progress below.
type syncOutput struct {
	progressLine
	silent bool
	// all lists the runs with nothing to upload, too.
	all bool

	mu    sync.Mutex // requests are traced by other goroutines
	phase client.SyncPhase
	mark  string // the number of the run in progress, such as "[1/3] "
}

// syncOutput makes the output of a sync or an import. It is silent if a JSON document follows.
func (a *app) syncOutput(color, silent bool) *syncOutput {
	return &syncOutput{progressLine: progressLine{printer: a.printer(color), live: !silent && a.interactive()}, silent: silent}
}

// progress is called by one goroutine at a time.
func (o *syncOutput) progress(p client.SyncProgress) {
	if o.silent {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if p.Run != nil {
		o.erase()
		o.done(p.Run)
		return
	}
	if !o.live || p.Phase == o.phase && !o.due() {
		return
	}
	o.phase = p.Phase
	o.mark = fmt.Sprintf("[%d/%d] ", p.LogsDone+1, p.Logs)
	state := "reading"
	switch p.Phase {
	case client.SyncAsking:
		state = "waiting for the server"
	case client.SyncSending:
		state = fmt.Sprintf("%s of %s rows, %d%%", plaintext.Grouped(p.Rows), plaintext.Grouped(p.TotalRows), 100*p.Rows/max(p.TotalRows, 1))
	}
	o.draw(o.mark, printable(p.RunID)+": "+state)
}

// waiting shows why a request is retried.
func (o *syncOutput) waiting(reason string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.phase = "" // draw whatever comes next
	o.draw(o.mark, "waiting for the server: "+printable(reason))
}

// reading shows how many rows of a run an import has read.
func (o *syncOutput) reading(name string, rows int64) {
	if o.due() {
		o.draw(o.mark, printable(name)+": "+counted(rows, "row")+" read")
	}
}

// done prints the line of a run, and notes below it.
func (o *syncOutput) done(r *client.SyncedRun) {
	word := fmt.Sprintf("%-7s", r.Outcome)
	switch r.Outcome {
	case client.SyncDone, client.SyncRunning:
		word = o.style.Green(word)
	case client.SyncFailed:
		word = o.style.Red(word)
	case client.SyncInterrupted:
		if !started(r) {
			return
		}
		word = o.style.Yellow("stopped")
	default:
		word = o.style.Dim(word)
	}
	if !o.all && syncedAlready(r) && len(notes(r)) == 0 {
		return // the summary counts them
	}
	name, text := target(r), strings.Join(contents(r), ", ")
	switch r.Outcome {
	case client.SyncSkipped:
		name, text = relative(r.Dir), r.Reason
		if r.Cleaned {
			text += ", " + deleted
		}
	case client.SyncInterrupted:
		text = stopped(r)
	case client.SyncFailed:
		text = headline(r.Err)
	}
	o.hanging(word+"  ", strings.Repeat(" ", 9), printable(name)+": "+printable(text))
	if r.URL != "" && r.Err == nil {
		o.printf("         %s\n", o.style.Cyan(printable(r.URL)))
	}
	for _, note := range notes(r) {
		o.hanging("         "+o.style.Yellow("- "), "           ", printable(note))
	}
}

// syncedAlready reports whether there was nothing to do for a run, as after a sync before.
func syncedAlready(r *client.SyncedRun) bool {
	return r.Outcome == client.SyncSkipped && r.Reason == syncrun.SyncedAlready && !r.Cleaned
}

// started reports whether the upload of an interrupted run had started.
func started(r *client.SyncedRun) bool {
	_, asked := errors.AsType[*errors.RequestError](r.Err)
	return r.RowsSent > 0 || asked
}

// stopped describes how far the upload was.
func stopped(r *client.SyncedRun) string {
	switch {
	case r.RowsSent > 0 && r.RowsSent == r.Rows:
		return plaintext.Grouped(r.RowsSent) + " of " + counted(r.Rows, "row") + " uploaded"
	case r.RowsSent > 0:
		return rows(r)
	}
	if failed, ok := errors.AsType[*transport.Error](r.Err); ok && failed.LastErr != nil {
		return "no response from the server: " + failed.LastErr.Error()
	}
	return headline(r.Err)
}

// target names the run on the server. The default entity of an account is in its refusal only.
func target(r *client.SyncedRun) string {
	entity := r.Entity
	if refused, ok := errors.AsType[*errors.PermissionError](r.Err); ok {
		entity = cmp.Or(entity, refused.Entity)
	}
	var parts []string
	for _, name := range []string{entity, r.Project, r.RunID} {
		if name != "" {
			parts = append(parts, printable(name))
		}
	}
	return strings.Join(parts, "/")
}

// contents describes the size of a run, how much was uploaded, and how it ended.
func contents(r *client.SyncedRun) []string {
	var parts []string
	if r.Outcome == client.SyncPlanned {
		parts = append(parts, counted(r.Rows, "row"))
	} else {
		parts = append(parts, rows(r))
	}
	if n := len(r.Files); r.Outcome == client.SyncPlanned {
		parts = append(parts, plannedFiles(r.Files))
	} else if n > 0 {
		parts = append(parts, counted(int64(n), "file"))
	}
	if r.Artifacts > 0 {
		parts = append(parts, counted(int64(r.Artifacts), "artifact"))
	}
	switch {
	case r.Crashed:
		parts = append(parts, "crashed")
	case r.ExitCode != nil && *r.ExitCode == 0:
		parts = append(parts, "finished")
	case r.ExitCode != nil:
		parts = append(parts, fmt.Sprintf("exit code %d", *r.ExitCode))
	default:
		parts = append(parts, "in progress")
	}
	if r.Cleaned {
		parts = append(parts, deleted)
	}
	return parts
}

// plannedFiles describes the files of a dry run. Only a sync, which makes the config and
// the summary from the whole log and the server's state, knows all of them.
func plannedFiles(files []string) string {
	n := 0
	for _, name := range files {
		switch name {
		case "config.yaml", "wandb-summary.json", "output.log":
		default:
			n++
		}
	}
	return counted(int64(n), "file") + " besides config and summary"
}

// rows describes how many rows the log has, how many of them are on the server if not
// all, and which of those were uploaded now.
func rows(r *client.SyncedRun) string {
	text, present := counted(r.Rows, "row"), r.RowsSent+r.RowsBefore
	if present < r.Rows {
		text = plaintext.Grouped(present) + " of " + text
	}
	switch {
	case r.RowsSent == r.Rows:
		return text
	case r.RowsBefore == 0:
		return text + " uploaded"
	case r.RowsSent == 0:
		return text + ", already on the server"
	}
	return fmt.Sprintf("%s (%s uploaded now, %s already on the server)", text, plaintext.Grouped(r.RowsSent), plaintext.Grouped(r.RowsBefore))
}

// deleted means that the directory of a run was.
const deleted = "deleted from this disk"

// shownDamage is how many damaged parts of a log are listed.
const shownDamage = 3

func notes(r *client.SyncedRun) []string {
	var all []string
	for i, part := range r.Damage {
		if i == shownDamage {
			all = append(all, fmt.Sprintf("and %d more damaged parts", r.DamagedParts-shownDamage))
			break
		}
		all = append(all, "the log is damaged: "+part)
	}
	if n := len(r.MissingFiles); n > 0 {
		text := fmt.Sprintf("%s in the log but not on this disk, such as %s", counted(int64(n), "file"), r.MissingFiles[0])
		all = append(all, text)
	}
	return append(all, r.Warnings...)
}

// summary prints the last lines.
func (o *syncOutput) summary(r *client.SyncReport) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.erase()
	cleaned, already := 0, 0
	for i := range r.Runs {
		if r.Runs[i].Cleaned {
			cleaned++
		}
		if syncedAlready(&r.Runs[i]) {
			already++
		}
	}
	var parts []string
	for _, c := range []client.SyncOutcome{
		client.SyncDone, client.SyncRunning, client.SyncPlanned, client.SyncSkipped, client.SyncFailed, client.SyncInterrupted,
	} {
		n := r.Count(c)
		if c == client.SyncSkipped {
			n -= already
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, c))
		}
	}
	switch {
	case already > 0 && o.all:
		parts = append(parts, fmt.Sprintf("%d %s", already, syncrun.SyncedAlready))
	case already > 0:
		parts = append(parts, fmt.Sprintf("%d %s (see -v)", already, syncrun.SyncedAlready))
	}
	last := strings.Join(parts, ", ")
	if cleaned > 0 {
		last += fmt.Sprintf("; %d %s", cleaned, deleted)
	}
	o.printf("%s: %s.\n", counted(int64(len(r.Runs)), "run"), last)
	if r.Count(client.SyncInterrupted) > 0 {
		o.printf("No data is lost: the same command continues where this one stopped.\n")
	}
}
