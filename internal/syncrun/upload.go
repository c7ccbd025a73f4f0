package syncrun

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/console"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/rundir"
)

// upload brings a log to the server. A run that is live goes on: the server is
// not told that it ended.
func (j *job) upload(ctx context.Context, live bool) error {
	srv, l, s := j.e.Server, j.log, j.survey
	status, err := srv.Status(ctx, j.target)
	if err != nil {
		return err
	}
	old, err := standingOf(status)
	if err != nil {
		return err
	}
	note := j.note(old)
	if old != nil && j.superseded(old, note) {
		return j.mark(live)
	}
	var p *place
	step, rewinds, err := j.rewinds(old, note)
	switch {
	case err != nil:
	case rewinds:
		old, p, err = j.rewind(ctx, step)
	default:
		p, err = locate(l, old, note, j.loadShift(note))
	}
	if err != nil {
		return err
	}
	if p.nothing {
		return j.mark(live)
	}
	var config map[string]json.RawMessage
	var storageID string
	if old != nil {
		config, storageID = old.config, old.storageID
	}
	j.result.Continued = old != nil
	wire := s.config(config)
	// Somebody may have renamed a run that was online meanwhile.
	labels := note == nil || l.Dir.Offline() || s.relabelled
	created, err := srv.Upsert(ctx, s.upsert(j.target, storageID, wire, labels))
	if err != nil {
		return err
	}
	r := &j.result
	r.Entity, r.Project, r.RunID = created.Entity, created.Project, created.RunID
	r.Name, r.URL = created.Name, created.URL
	if old == nil { // a fork has its parent's rows
		p.history, p.base.History = created.HistoryLines, created.HistoryLines
	}
	u := &upload{job: j, place: p, at: created.Target, created: created, config: wire, alerts: j.alerts(old, note, p)}
	if p.appended || old == nil || note == nil {
		u.saveShift()
		u.save(0, 0)
	}
	if old != nil && p.appended {
		u.oldSummary = old.summary
	}
	if err := u.run(ctx, live); err != nil {
		return err
	}
	return j.mark(live)
}

// mark says on disk that the server has everything.
func (j *job) mark(live bool) error {
	if live {
		j.result.Outcome = Running
		return nil
	}
	j.result.Outcome = Synced
	if err := j.log.Dir.MarkSynced(); err != nil {
		j.warn("%v", err)
	}
	return nil
}

// note is what the directory says of an earlier upload to the same place.
func (j *job) note(old *standing) *rundir.Uploaded {
	n, ok := j.log.Dir.LoadUploaded()
	if !ok || old == nil || n.BaseURL != j.e.Options.BaseURL ||
		j.target.Entity != "" && n.Entity != j.target.Entity || n.Project != j.target.Project {
		return nil
	}
	if n.StorageID != "" {
		if n.StorageID != old.storageID {
			return nil
		}
	} else if j.target.RunID != j.survey.Run.ID {
		return nil
	}
	return &n
}

// superseded finds out whether the run was resumed, from what the server had, or
// rewound by a later log. What the server had not by then has no place any more.
func (j *job) superseded(old *standing, note *rundir.Uploaded) bool {
	if j.next == nil || j.next.Run == nil || note == nil || old.rows == 0 {
		return false
	}
	var from int64
	if step, ok := rewound(j.next.Run); ok {
		from = step + 1
	} else if j.next.Run.Resumed {
		from = j.next.Run.StartingStep
	}
	if from == 0 || old.step < from {
		return false
	}
	if lost := j.survey.LastStep - from + 1; lost > 0 {
		j.warn("the rows from step %d on have no place: the run was gone on with there by %s", from, j.next.Path)
	}
	return true
}

// upload is the second pass over a log.
type upload struct {
	*job
	place      *place
	at         Target
	created    *Created
	config     []byte
	oldSummary []byte // of what the log continues
	summary    []byte
	alerts     []int64 // places in the log of those to be raised
	saved      rundir.Uploaded

	q       requests
	files   Files
	mu      sync.Mutex
	names   []string // uploaded and not reported yet; guarded by mu
	missing []string // guarded by mu
	rows    int64    // that the log gave so far
	told    time.Time
}

func (u *upload) run(ctx context.Context, live bool) error {
	u.q = requests{
		send:    func(ctx context.Context, body []byte) error { return u.e.Server.Send(ctx, u.at, body) },
		history: lines{file: filestream.History, offset: u.place.history},
		events:  lines{file: filestream.Events, offset: u.place.events},
	}
	tmp, err := os.MkdirTemp("", "wandgo-sync-")
	if err != nil {
		return fmt.Errorf("make temporary directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	files, err := u.e.Server.Files(u.at, u.uploaded, u.skipped)
	if err != nil {
		return err
	}
	defer files.Close()
	u.files = files
	u.saveFiles()

	output := filepath.Join(tmp, "output.log")
	if err := u.stream(ctx, output); err != nil {
		return err
	}
	u.last()
	if err := u.q.flush(ctx, nil); err != nil {
		return err
	}
	u.save(u.survey.Rows, u.survey.State.Events)
	filesErr := u.finishFiles(ctx, output)
	if !live || u.log.Dir.Offline() { // the alerts of a run that goes on are its own affair
		u.raise(ctx)
	}
	u.q.uploaded = u.take()
	u.result.Files = append(u.result.Files, u.q.uploaded...)
	slices.Sort(u.result.Files)
	var exit *int32
	if !live && (u.survey.Exit == nil || !u.survey.Exit.NotComplete) {
		exit = new(int32(u.survey.exitCode()))
	}
	if err := u.q.flush(ctx, exit); err != nil {
		return err
	}
	if u.q.tooLong > 0 {
		u.warn("%d lines are longer than the server takes and were left out", u.q.tooLong)
	}
	u.mu.Lock()
	u.result.MissingFiles = u.missing
	u.mu.Unlock()
	return filesErr
}

// stream sends rows, events and console lines.
func (u *upload) stream(ctx context.Context, output string) error {
	p := u.place
	file, err := console.CreateFile(output)
	if err != nil {
		return err
	}
	var now time.Time
	var sending error // of the console's lines, which cannot return it
	term := console.New(console.Options{
		Now:   func() time.Time { return now },
		Delay: never,
		File:  file,
		Emit: func(index int64, line []byte) {
			if sending == nil && !p.noConsole {
				sending = u.q.setConsole(ctx, index+p.base.Console, line)
			}
		},
	})
	writers := [...]interface{ Write([]byte) (int, error) }{term.Writer(console.Stdout), term.Writer(console.Stderr)}
	var shifted []byte
	_, err = replay(u.log, &journal.Handler{
		History: func(line []byte, _ int64) error {
			if u.rows++; u.rows <= p.skip || u.rows > u.survey.Rows {
				return nil
			}
			if p.shift != 0 {
				shifted = appendShifted(shifted[:0], line, p.shift)
				line = shifted
			}
			u.result.RowsSent++
			if err := u.q.add(ctx, &u.q.history, line); err != nil {
				return err
			}
			u.progress()
			return nil
		},
		Event: func(line []byte) error {
			if at, ok := number(line, keyTimestamp); ok && at <= p.since+sameSample {
				return nil
			}
			u.result.EventsSent++
			return u.q.add(ctx, &u.q.events, line)
		},
		Console: func(c journal.Console) error {
			now = c.Timestamp
			if c.Logger {
				if now.IsZero() {
					now = time.Now()
				}
				term.AppendText(c.Text)
				return sending
			}
			stream := console.Stdout
			if c.Stderr {
				stream = console.Stderr
			}
			_, _ = writers[stream].Write([]byte(c.Text))
			return sending
		},
	})
	closed := term.Close()
	u.result.ConsoleLines = term.Lines()
	switch {
	case err != nil:
		return err
	case sending != nil:
		return sending
	}
	if p.noConsole && u.result.ConsoleLines > 0 {
		u.warn("the console lines were left out, as it is not known where on the server they begin")
	}
	return closed
}

// never is a delay after which no line is sent for its age.
const never = 24 * time.Hour

// last gathers what is sent once, after the rows.
func (u *upload) last() {
	if !u.place.noSummary {
		u.summary = u.survey.summary(u.oldSummary, u.place.shift)
		u.q.summary = u.summary
	}
}

// progressEvery bounds how often progress is told.
const progressEvery = 100 * time.Millisecond

func (u *upload) progress() {
	if u.rows%256 != 0 {
		return
	}
	if now := time.Now(); now.Sub(u.told) >= progressEvery {
		u.told = now
		u.tell(Progress{Phase: Sending, Done: u.rows, Total: u.survey.Rows})
	}
}

// save notes how much of the log the server has.
func (u *upload) save(rows, events int64) {
	u.saved = rundir.Uploaded{
		Base: u.place.base, History: rows, Events: events,
		Entity: u.at.Entity, Project: u.at.Project, StorageID: u.created.StorageID, BaseURL: u.e.Options.BaseURL,
	}
	u.saveAgain()
}

func (u *upload) saveAgain() {
	u.saved.Alerts, u.saved.AlertsSeen = u.alerts, int64(len(u.survey.Alerts))
	if err := u.log.Dir.SaveUploaded(u.saved); err != nil { // the next sync asks the server
		u.warn("%v", err)
	}
}
