package sink

import (
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
)

// progressEvery bounds how often the progress is saved. Rows that are sent twice do no
// harm: they replace the same rows.
const progressEvery = 5 * time.Second

// progress is how much of the log the server has, saved beside it for a later sync.
type progress struct {
	offsets record.Lines // where the run started in the server's files
	saved   time.Time    // used by the stream's goroutine only

	mu        sync.Mutex // held while a file beside the log is written
	alerts    []int64    // indices of alerts that a later sync is to send
	filesLost error      // why files could not be copied to the disk
	// artifacts are the indices of artifacts that the server has. Before the first of the
	// log there are artifactsBefore in the one that it continues.
	artifacts       []int64
	artifactsBefore int64
	// history and events are the lines that belong before the first of the log: the server
	// had them when it was opened, or an earlier log has them.
	history, events int64
	// console are those of the console, which printed follows while there is no log.
	console, lines int64
}

// printed notes how many lines the console has.
func (p *progress) printed(lines int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = max(p.lines, lines)
}

// startHere notes that the log is opened now, and has nothing of what the server has.
func (p *progress) startHere(stats filestream.Stats) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.history, p.events, p.console = stats.History.Acked, stats.Events.Acked, p.lines
}

// beforeRequest is called on the stream's goroutine before each request.
func (b *Both) beforeRequest() {
	_ = b.reportDropped(b.server.Stats()) // Finish returns it
	if now := time.Now(); now.Sub(b.progress.saved) >= progressEvery {
		b.progress.saved = now
		b.progress.save(b)
	}
}

// reportDropped logs once what the server does not get because there was no room for it. It returns an
// error for what the server does not have in the end.
func (b *Both) reportDropped(stats filestream.Stats) error {
	if stats.ConsoleDropped > 0 {
		b.consoleDropped.Do(func() {
			b.cfg.Log.Warn("the server is behind: console lines are missing in the logs tab; the file has all of them", "file", b.cfg.ConsoleFile)
		})
	}
	if stats.SummariesSkipped > 0 {
		b.summaryDropped.Do(func() {
			b.cfg.Log.Warn("the summary is longer than the server accepts; it shows the last one that was not")
		})
	}
	if !stats.SummaryTooLong {
		return nil
	}
	return &errors.InputError{Field: "summary", Rule: "is longer than the server accepts, which shows an older one; wandb-summary.json has all of it"}
}

func (p *progress) save(b *Both) {
	if err := p.saveNote(b, rundir.Uploaded{}); err != nil {
		b.cfg.Log.Warn("cannot save the progress of the upload", "error", err)
	}
}

// sendLater records that a later sync is to send an alert, given by its index.
func (p *progress) sendLater(b *Both, alert int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.alerts = append(p.alerts, alert)
	return p.saveLocked(b, rundir.Uploaded{})
}

// saveNote saves the progress, and what note says of the end of the upload.
func (p *progress) saveNote(b *Both, note rundir.Uploaded) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.saveLocked(b, note)
}

func (p *progress) saveLocked(b *Both, note rundir.Uploaded) error {
	disk := b.currentDisk()
	if disk == nil {
		return nil
	}
	stats, t := b.server.Stats(), b.cfg.Target
	note.Base = record.Lines{History: p.offsets.History + p.history, Events: p.offsets.Events + p.events, Console: p.offsets.Console + p.console}
	note.History, note.Events = max(0, stats.History.Acked-p.history), max(0, stats.Events.Acked-p.events)
	note.Alerts, note.Artifacts = p.alerts, p.artifacts
	note.Writer = b.cfg.Writer
	note.Entity, note.Project, note.RunID, note.BaseURL = t.Entity, t.Project, t.RunID, t.BaseURL
	return disk.dir.SaveUploaded(note)
}
