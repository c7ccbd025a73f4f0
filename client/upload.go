package client

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/transport"
)

// upload brings an online run to the server.
type upload struct {
	run     *Run
	plan    *plan
	stream  *filestream.Stream
	updater *updater
	summary func() []byte

	offsets filestream.Offsets // where the run began in the server's files

	// asking bounds the questions why something is refused, and what is brought to
	// the disk then. It ends with Finish.
	asking     context.Context
	stopAsking context.CancelFunc
	aside      tasks // what is done with it

	left   leftOut
	ending sync.Once
	ended  atomic.Bool // nothing is sent any more
	// finishing says that Finish is under way and will tell what went wrong.
	finishing atomic.Bool

	filesOver atomic.Bool // the server takes no file of the run any more
	denied    sync.Once   // the store refused a file

	telling sync.Mutex // held while the program's hook is called
	told    error      // what it was told last; guarded by telling

	noting sync.Mutex // held while something is noted beside the journal
	noted  time.Time  // when progress was last saved; the stream's goroutine only
	alerts []int64    // places in the journal of those to be raised later; guarded by noting
	unkept error      // why the files have no place on disk; guarded by noting
}

func newUpload(c *Client, r *Run, p *plan) *upload {
	u := &upload{run: r, plan: p, summary: r.summaryLine, updater: newUpdater(r)}
	fs := c.settings.FileStream
	u.asking, u.stopAsking = context.WithCancel(context.Background())
	if s := p.state; s != nil && p.writer == nil { // each of several writers counts its own lines
		u.offsets = filestream.Offsets{History: s.HistoryLines, Events: s.EventLines, Console: s.ConsoleLines}
	}
	spill := ""
	if r.rec != nil { // the temporary directory is often in memory
		spill = r.rec.dir.Path()
	}
	u.stream = filestream.New(filestream.Config{
		Sender: &sender{
			transport: c.transport,
			policy:    policy(transport.FileStreamPolicy(), fs.Retry),
			before:    u.progress,
			header:    p.writer.streamHeader(),
			path: "/files/" + url.PathEscape(r.entity) + "/" + url.PathEscape(r.project) +
				"/" + url.PathEscape(r.id) + "/file_stream",
		},
		Interval:        c.cadence.Interval,
		Fastest:         c.cadence.Fastest,
		Heartbeat:       c.cadence.Heartbeat,
		MaxRequestBytes: int(fs.MaxBytes),
		MaxLineBytes:    int(fs.MaxLineBytes),
		Offsets:         u.offsets,
		SpillDir:        spill,
		OnStopped:       r.stopped,
		OnFatal:         u.end,
	})
	return u
}

func (u *upload) history(line []byte, layout jsonx.Layout) error {
	// The summary first, so that no row is on the server before its summary.
	err := u.stream.SetSummary(u.summary)
	if err == nil {
		err = u.stream.AppendRow(line, layout)
	}
	return err
}

// end is called when the server took no more rows, and the stream came to rest. From
// then on the journal is all there is. Only the first call does anything.
func (u *upload) end(cause error) {
	u.ending.Do(func() {
		u.takeOver(u.firstReading(partRows, cause))
		u.run.client.log.Warn("the upload ended; the run goes on on disk", "run", u.run.String(), "dir", u.run.Dir(), "error", cause)
		u.refused(partRows, cause)
	})
}

// abandon is end for a Finish whose time was up.
func (u *upload) abandon(why error) {
	u.ending.Do(func() {
		u.takeOver(why)
		u.run.client.log.Warn("the upload was broken off; the rest is on disk", "run", u.run.String(), "dir", u.run.Dir(), "error", why)
	})
}

// stopIfAsked ends the context of a run whose upload ended.
func (r *Run) stopIfAsked() {
	if r.client.settings.StopOnFatalError {
		r.cancel(r.Err())
	}
}

// takeOver has the disk go on alone.
func (u *upload) takeOver(why error) {
	r := u.run
	r.fail(partRows, why)
	u.saveTheRest()
	u.ended.Store(true)
	u.stream.Close() // lets go of what waits in memory
	u.saveProgress()
	u.keepAside()
}

// stopped is called when a user stopped the run in the web UI.
func (r *Run) stopped() {
	r.display.Stopped()
	r.cancel(ErrStopped)
}

// saveTheRest sees to it that what the server does not have is on disk. It is
// there already, unless the disk had no place when the run began; then it gets a
// second chance, for which rows that are logged meanwhile wait. Where it has none now
// either, rows are lost from here on.
func (u *upload) saveTheRest() {
	r := u.run
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rec != nil {
		return
	}
	rec, err := r.client.openRecorder(r, u.plan, true)
	if err == nil {
		err = u.handOver(rec)
	}
	if err != nil {
		r.homeless = true
		r.why.disk = fmt.Errorf("keep unsent rows of %s: %w", r, err)
		return
	}
	r.rec = rec
}

// handOver brings the rows that the server does not have to a new journal.
func (u *upload) handOver(rec *recorder) error {
	err := u.stream.HandOver(func(file filestream.File, _ int64, line []byte) error {
		if file != filestream.History {
			return nil
		}
		if err := rec.writer.AppendRow(&record.Row{Line: line, Step: history.StepOf(line)}); lost(err) {
			return err
		}
		return nil
	})
	if err != nil {
		return errors.Join(err, rec.writer.Close())
	}
	return nil
}

// progressEvery bounds how often the progress is noted. Rows sent twice do no
// harm, they take the place of the same rows.
const progressEvery = 5 * time.Second

// progress notes how much the server has, now and then. It is called on the
// stream's goroutine.
func (u *upload) progress() {
	_ = u.tellLeftOut(u.stream.Stats()) // Finish returns it
	if now := time.Now(); now.Sub(u.noted) >= progressEvery {
		u.noted = now
		u.saveProgress()
	}
}

// saveProgress notes how much of the journal the server has, for a later sync.
func (u *upload) saveProgress() {
	u.noting.Lock()
	defer u.noting.Unlock()
	if err := u.saveNote(rundir.Uploaded{}); err != nil {
		u.run.client.log.Warn("note how much the server has", "run", u.run.String(), "error", err)
	}
}

// noteEnd writes the note of an upload that came to its end.
func (u *upload) noteEnd(note rundir.Uploaded) error {
	u.noting.Lock()
	defer u.noting.Unlock()
	return u.saveNote(note)
}

// raiseLater notes that an alert, by its place in the journal, is to be raised by a
// later sync.
func (u *upload) raiseLater(place int64) error {
	u.noting.Lock()
	defer u.noting.Unlock()
	u.alerts = append(u.alerts, place)
	return u.saveNote(rundir.Uploaded{})
}

// saveNote writes the note, to what it says of the end of the upload. u.noting is held.
func (u *upload) saveNote(note rundir.Uploaded) error {
	r := u.run
	rec := r.recorder()
	if rec == nil {
		return nil
	}
	stats := u.stream.Stats()
	note.Base = rundir.Lines{History: u.offsets.History, Events: u.offsets.Events, Console: u.offsets.Console}
	note.History, note.Events, note.Alerts = stats.History.Acked, stats.Events.Acked, u.alerts
	note.Entity, note.Project, note.RunID, note.BaseURL = r.entity, r.project, r.id, r.client.settings.BaseURL.Text
	return rec.dir.SaveUploaded(note)
}
