package main

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/transport"
)

// syncOutput tells what becomes of runs: on a terminal in a line that moves, and
// everywhere in a line for each run that is done.
type syncOutput struct {
	printer
	live, silent bool

	mu    sync.Mutex // the log of the client's requests comes from other goroutines
	drawn time.Time
	phase client.SyncPhase
	mark  string // which run of how many the line is about
	shown bool   // a line of progress stands on the screen
}

// progress is called one at a time.
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
	now := time.Now()
	if !o.live || p.Phase == o.phase && now.Sub(o.drawn) < redrawEvery {
		return
	}
	o.drawn, o.phase = now, p.Phase
	o.mark = fmt.Sprintf("[%d/%d]", p.LogsDone+1, p.Logs)
	state := "reading"
	switch p.Phase {
	case client.SyncAsking:
		state = "waiting for the server"
	case client.SyncSending:
		state = fmt.Sprintf("%s of %s rows, %d%%", grouped(p.Rows), grouped(p.TotalRows), 100*p.Rows/max(p.TotalRows, 1))
	}
	o.draw(printable(p.RunID) + ": " + state)
}

// waiting tells why the server is asked again.
func (o *syncOutput) waiting(reason string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.phase = "" // whatever comes next is news
	o.draw("waiting for the server: " + shorten(printable(reason), pageWidth-40))
}

func (o *syncOutput) draw(text string) {
	o.shown = true
	o.printf("\r\x1b[K%s %s", o.style.Dim(o.mark), text)
}

func (o *syncOutput) erase() {
	if o.shown {
		o.shown = false
		o.printf("\r\x1b[K")
	}
}

// done writes the line of a run, and below it what else there is to know.
func (o *syncOutput) done(r *client.SyncedRun) {
	word := fmt.Sprintf("%-7s", r.Outcome)
	switch r.Outcome {
	case client.SyncDone, client.SyncRunning:
		word = o.style.Green(word)
	case client.SyncFailed:
		word = o.style.Red(word)
	case client.SyncInterrupted:
		if !begun(r) {
			return
		}
		word = o.style.Yellow("stopped")
	default:
		word = o.style.Dim(word)
	}
	switch r.Outcome {
	case client.SyncSkipped:
		reason := printable(r.Reason)
		if r.Cleaned {
			reason += ", " + deleted
		}
		o.printf("%s  %s: %s\n", word, printable(relative(r.Dir)), reason)
	case client.SyncInterrupted:
		o.printf("%s  %s: %s\n", word, place(r), printable(stopped(r)))
	case client.SyncFailed:
		o.printf("%s  %s: %s\n", word, place(r), printable(inOneLine(r.Err)))
	default:
		o.printf("%s  %s: %s\n", word, place(r), strings.Join(contents(r), ", "))
	}
	if r.URL != "" && r.Err == nil {
		o.printf("         %s\n", o.style.Cyan(printable(r.URL)))
	}
	for _, note := range notes(r) {
		for i, line := range wrap(printable(note), pageWidth-11) {
			mark := "- "
			if i > 0 {
				mark = "  "
			}
			o.printf("         %s%s\n", o.style.Yellow(mark), line)
		}
	}
}

// begun reports whether there is anything to say of a run that was interrupted.
func begun(r *client.SyncedRun) bool {
	_, asked := errors.AsType[*errors.RequestError](r.Err)
	return r.RowsSent > 0 || asked
}

// stopped says how far it was.
func stopped(r *client.SyncedRun) string {
	if r.RowsSent > 0 {
		return grouped(r.RowsSent) + " of " + counted(r.Rows, "row") + " sent"
	}
	if failed, ok := errors.AsType[*transport.Error](r.Err); ok && failed.LastErr != nil {
		return "the server gave no answer: " + failed.LastErr.Error()
	}
	return inOneLine(r.Err)
}

// inOneLine is the client's own error, without where it came by.
func inOneLine(err error) string {
	if e, ok := errors.AsType[*errors.PermissionError](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[*errors.RequestError](err); ok {
		return e.Error()
	}
	return err.Error()
}

// place names a run.
func place(r *client.SyncedRun) string {
	var parts []string
	for _, name := range []string{r.Entity, r.Project, r.RunID} {
		if name != "" {
			parts = append(parts, printable(name))
		}
	}
	return strings.Join(parts, "/")
}

// contents say how much of a run there was, and was missing on the server.
func contents(r *client.SyncedRun) []string {
	var parts []string
	switch {
	case r.Outcome == client.SyncPlanned, r.RowsSent == r.Rows:
		parts = append(parts, counted(r.Rows, "row"))
	default:
		parts = append(parts, grouped(r.RowsSent)+" of "+counted(r.Rows, "row")+" were missing")
	}
	if n := len(r.Files); n > 0 {
		parts = append(parts, counted(int64(n), "file"))
	}
	switch {
	case r.Crashed:
		parts = append(parts, "crashed")
	case r.ExitCode != nil && *r.ExitCode == 0:
		parts = append(parts, "finished")
	case r.ExitCode != nil:
		parts = append(parts, fmt.Sprintf("exit code %d", *r.ExitCode))
	default:
		parts = append(parts, "goes on")
	}
	if r.Cleaned {
		parts = append(parts, deleted)
	}
	return parts
}

// deleted says that a run's directory was.
const deleted = "deleted from the disk"

// shownDamage is how many parts of a damaged log are listed.
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
		text := fmt.Sprintf("%s named in the log and not on the disk, the first: %s", counted(int64(n), "file"), r.MissingFiles[0])
		all = append(all, text)
	}
	return append(all, r.Warnings...)
}

// summary is the last line.
func (o *syncOutput) summary(r *client.SyncReport) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.erase()
	var parts []string
	for _, c := range []client.SyncOutcome{
		client.SyncDone, client.SyncRunning, client.SyncPlanned, client.SyncSkipped, client.SyncFailed, client.SyncInterrupted,
	} {
		if n := r.Count(c); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, c))
		}
	}
	cleaned := 0
	for i := range r.Runs {
		if r.Runs[i].Cleaned {
			cleaned++
		}
	}
	last := strings.Join(parts, ", ")
	if cleaned > 0 {
		last += fmt.Sprintf("; %d %s", cleaned, deleted)
	}
	o.printf("%s: %s.\n", counted(int64(len(r.Runs)), "run"), last)
	if r.Count(client.SyncInterrupted) > 0 {
		o.printf("Nothing is lost: the same command goes on where this one stopped.\n")
	}
}

// counted writes a number with what is counted.
func counted(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return grouped(n) + " " + what + "s"
}

// grouped writes a number with commas.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// explainFailures explains each cause once, with what helps after a sync.
func (a *app) explainFailures(report *client.SyncReport, err error, o client.SyncOptions) {
	p := &printer{w: a.stderr}
	if report == nil {
		a.explainTo(a.stderr, err)
		return
	}
	seen := make(map[string]bool)
	for i := range report.Runs {
		r := &report.Runs[i]
		if r.Err == nil {
			continue
		}
		key := errors.Code(r.Err)
		if !errors.Is(r.Err, errors.ErrServerUnavailable) { // which is so for all
			key += "\x00" + r.Entity + "\x00" + r.Project
		}
		if seen[key] {
			continue
		}
		seen[key] = true
		p.printf("\n")
		a.explainTo(a.stderr, r.Err)
		p.nextStep(r, o)
	}
}

// nextStep says how to go on, beyond what the explanation ends with.
func (p *printer) nextStep(r *client.SyncedRun, o client.SyncOptions) {
	dir := shellWord(printable(relative(r.Dir)))
	switch {
	case errors.Is(r.Err, errors.ErrRunExists), errors.Is(r.Err, errors.ErrRunDeleted):
		// It is another id that helps, as was said.
	case errors.Is(r.Err, errors.ErrPermissionDenied) && !strings.Contains(errors.Explain(r.Err), "wandgo sync --entity") && misplaced(r.Err):
		whose := "The run stays on disk."
		if r.Entity != "" && o.Entity == "" {
			whose = "The entity " + quote(r.Entity) + " is what the log says. The run stays on disk."
		}
		p.printf("\n%s To upload it elsewhere:\n\n    wandgo sync --entity ENTITY %s\n", whose, dir)
	default:
		p.printf("\nThe run stays on disk. To try again:\n\n    wandgo sync%s %s\n", given(o), dir)
	}
}

// misplaced reports whether another entity may help.
func misplaced(err error) bool {
	for _, cause := range []error{errors.ErrNoAPIKey, errors.ErrBadAPIKey, errors.ErrAnonymousKey, errors.ErrIntermediary} {
		if errors.Is(err, cause) {
			return false
		}
	}
	return true
}

// given are the flags that say where to.
func given(o client.SyncOptions) string {
	var flags strings.Builder
	for _, f := range []struct{ name, value string }{{"entity", o.Entity}, {"project", o.Project}, {"id", o.RunID}} {
		if f.value != "" {
			flags.WriteString(" --" + f.name + " " + shellWord(printable(f.value)))
		}
	}
	return flags.String()
}
