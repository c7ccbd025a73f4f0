package client

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/alert"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/transport"
)

// upload brings an online run to the server.
type upload struct {
	run     *Run
	plan    *plan
	stream  *filestream.Stream
	updater *updater
	alerter *alert.Alerter
	summary func() []byte

	offsets filestream.Offsets // where the run began in the server's files

	// asking bounds the questions why the upload ended.
	asking     context.Context
	stopAsking context.CancelFunc

	noted  time.Time // when progress was last saved; the stream's goroutine only
	left   leftOut
	ending sync.Once
	ended  atomic.Bool // nothing is sent any more
	// finishing says that Finish is under way and will tell what went wrong.
	finishing atomic.Bool
}

func newUpload(c *Client, r *Run, p *plan) *upload {
	u := &upload{run: r, plan: p, summary: r.summaryLine, updater: newUpdater(r)}
	u.alerter = alert.New(r.graphql, r.entity, r.project, r.id)
	fs := c.settings.FileStream
	u.asking, u.stopAsking = context.WithCancel(context.Background())
	if s := p.state; s != nil && p.writer == nil { // each of several writers counts its own lines
		u.offsets = filestream.Offsets{History: s.HistoryLines, Events: s.EventLines, Console: s.ConsoleLines}
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
		OnStopped:       r.stopped,
		OnFatal:         u.end,
	})
	return u
}

func (u *upload) history(line []byte, layout history.Layout) error {
	// The summary first, so that no row is on the server before its summary.
	err := u.stream.SetSummary(u.summary)
	if err == nil {
		err = u.stream.AppendRow(line, layout)
	}
	return err
}

func (u *upload) finish(ctx context.Context, code int) error {
	u.finishing.Store(true)
	defer u.stopAsking()
	defer context.AfterFunc(ctx, u.stopAsking)() // no answer is worth more than the caller's time
	updated := u.updater.finish(ctx)
	filed := u.finishFiles(ctx)
	var err error
	if u.run.writer.ends() {
		err = u.stream.Finish(ctx, code)
	} else {
		err = u.stream.Depart(ctx)
	}
	stats := u.stream.Stats()
	if err == nil {
		u.stream.Close()
		if updated != nil {
			updated = fmt.Errorf("update settings: %w", updated)
		}
		return errors.Join(updated, filed, u.tellLeftOut(stats))
	}
	u.end(err) //nolint:contextcheck // asks nobody
	u.run.background.Wait()
	if reason := u.run.Err(); reason != nil {
		err = reason
	}
	u.stream.Close()
	return err
}

// end is called when the stream came to rest before its time. From then on the
// journal is all there is. It finds out why; only the first call does anything.
func (u *upload) end(cause error) {
	u.ending.Do(func() {
		r := u.run
		if answered(cause) {
			r.fail(r.client.firstReading(r, cause))
		} else {
			r.fail(cause)
		}
		if err := u.saveTheRest(); err != nil {
			r.fail(errors.Join(cause, fmt.Errorf("keep unsent rows of %s: %w", r, err)))
			u.showLoss()
			return
		}
		u.saveProgress()
		u.keepFiles()
		r.client.log.Warn("the upload ended; the run goes on on disk", "run", r.String(), "dir", r.Dir(), "error", cause)
		r.background.Go(func() {
			if answered(cause) {
				u.explain(cause)
			}
			u.showLoss()
			if u.plan.onLost != nil && !u.finishing.Load() {
				u.plan.onLost(r.Err())
			}
		})
	})
}

// showLoss tells a person that the run is lost to the server, and why, unless Finish
// is about to.
func (u *upload) showLoss() {
	if !u.finishing.Load() {
		u.run.display.Lost(u.run.Dir(), oneLine(u.run.Err()))
	}
}

// finishFiles uploads the files that describe the whole run, and those that were
// to wait for its end.
func (u *upload) finishFiles(ctx context.Context) error {
	r := u.run
	if u.ended.Load() {
		return nil
	}
	if !r.writer.describes() {
		return r.finishFiles(ctx, nil, nil)
	}
	r.mu.Lock()
	summary := r.summaryLocked()
	config, err := r.config.YAML()
	r.mu.Unlock()
	return errors.Join(err, r.finishFiles(ctx, summary, config))
}

// keepFiles puts the files that the server does not have into the run's directory.
func (u *upload) keepFiles() {
	if err := u.run.files.Keep(u.run.recorder().dir.Files()); err != nil {
		u.run.client.log.Warn("keep the run's files on disk", "run", u.run.String(), "error", err)
	}
}

// stopped is called when a user stopped the run in the web UI.
func (r *Run) stopped() {
	r.display.Stopped()
	r.cancel(ErrStopped)
}

// saveTheRest sees to it that what the server does not have is on disk. It is
// there already, unless the disk had no place when the run began; then it gets a
// second chance.
func (u *upload) saveTheRest() error {
	r := u.run
	r.mu.Lock()
	rec := r.rec
	r.mu.Unlock()
	if rec == nil {
		var err error
		if rec, err = r.client.openRecorder(r, u.plan, true); err != nil {
			return err
		}
		err = u.stream.HandOver(func(file filestream.File, _ int64, line []byte) error {
			if file != filestream.History {
				return nil
			}
			return rec.writer.AppendHistoryLine(line, history.StepOf(line))
		})
		if err != nil {
			return err
		}
		r.mu.Lock()
		r.rec = rec
		r.mu.Unlock()
	}
	u.ended.Store(true)
	u.stream.Close() // lets go of what waits in memory
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
	r := u.run
	r.mu.Lock()
	rec := r.rec
	r.mu.Unlock()
	if rec == nil {
		return
	}
	stats := u.stream.Stats()
	err := rec.dir.SaveUploaded(rundir.Uploaded{
		Base:    rundir.Lines{History: u.offsets.History, Events: u.offsets.Events, Console: u.offsets.Console},
		History: stats.History.Acked, Events: stats.Events.Acked,
		Entity: r.entity, Project: r.project, BaseURL: r.client.settings.BaseURL.Text,
	})
	if err != nil {
		r.client.log.Warn("note how much the server has", "run", r.String(), "error", err)
	}
}

// explain finds out why the server ended the upload.
func (u *upload) explain(cause error) {
	err := u.run.client.explainUpload(u.asking, u.run, cause)
	u.run.fail(err)
	u.run.mu.Lock()
	rec := u.run.rec
	u.run.mu.Unlock()
	if err := rec.refusal(err); err != nil {
		u.run.client.log.Warn("record why the upload ended", "run", u.run.String(), "error", err)
	}
}

// answered reports whether it was the server that ended the upload.
func answered(err error) bool {
	if _, ok := errors.AsType[*filestream.RefusedError](err); ok {
		return true
	}
	_, ok := errors.AsType[*graphql.Error](err)
	return ok
}
