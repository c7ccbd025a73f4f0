package client

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/display"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/runfiles"
)

// Finish ends the run as successful; see [Run.FinishWithCode].
func (r *Run) Finish(ctx context.Context) error { return r.FinishWithCode(ctx, 0) }

// FinishWithCode uploads what is still waiting and tells the server that the
// run ended with this exit code: 0 is shown as finished, anything else as
// failed. It blocks until the server has everything or ctx ends. Nothing is lost
// when it cannot finish: what the server does not have is then in [Run.Dir], and
// the error says why: a context error, an *errors.PermissionError or an
// *errors.RequestError, which has the server's last answer where that was repeated
// until ctx ended. Once ctx has ended some megabytes of files are still copied to
// Run.Dir, and links made where that is on the same disk; the error names the files
// for which that was not enough. It also names saved files that were not there when
// their turn came (fs.ErrNotExist). WANDB_FINISH_TIMEOUT (seconds) bounds Finish as
// well; without it only ctx does. Finishing a run that is already offline is not an
// error. Further calls wait for the first and return what it returned; one whose own
// ctx ends before that returns that ctx's error.
func (r *Run) FinishWithCode(ctx context.Context, code int) error {
	select {
	case <-r.ending: // also when ctx has ended: then the rows go to disk
	default:
		select {
		case <-r.ending:
		case <-ctx.Done():
			return fmt.Errorf("finish %s: %w", r, context.Cause(ctx))
		}
	}
	defer func() { r.ending <- struct{}{} }()
	if r.finished {
		return r.result
	}
	if limit := r.client.settings.FinishTimeout; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	r.stopStats()
	r.endLookups(ctx)
	r.mu.Lock()
	var lost error // of a last row that could not be kept
	if !r.open.empty() {
		lost = r.commit(time.Now())
	}
	// From here on the run's duration stands, as whole seconds, and the server is
	// told once more.
	r.lasted = r.earlier + time.Since(r.started)
	r.summary.SetRuntime(r.seconds())
	lost = errors.Join(lost, r.tellSummary())
	r.tellFeatures()
	r.closed = true
	r.mu.Unlock()
	// What the console still has goes before the end of the run.
	if err := r.closeScreen(); err != nil {
		r.client.log.Warn("keep console output", "run", r.String(), "error", err)
	}
	r.mu.Lock()
	rec, up := r.rec, r.up
	if rec != nil { // the disk first: then a process killed from here on has lost nothing
		lost = errors.Join(lost, rec.finish(r, code))
	}
	r.mu.Unlock()

	err := lost
	if up != nil {
		stop := r.showProgress(up)
		err = r.conclude(ctx, up.finish(ctx, code), lost)
		stop()
	}
	if late := r.recorder(); late != nil && late != rec { // the disk got its second chance
		err = errors.Join(err, late.finish(r, code))
	}
	err = errors.Join(err, r.closeFiles(ctx))
	r.stopWatching()
	r.cancel(errors.ErrRunFinished)
	whole := err == nil
	if !r.disabled && whole && code == 0 {
		forgetRunID(r.client.settings.RunRoot())
	}
	err = errors.Join(err, r.missingFiles())
	if r.ownsClient {
		_ = r.client.Close()
	}
	r.finished = true
	if err != nil {
		r.result = fmt.Errorf("finish %s: %w", r, flat{err})
	}
	r.display.End(display.End{URL: r.url, Dir: r.whereTheRestIs(whole), Code: code, Err: err})
	return r.result
}

// tellFeatures brings what the run made use of to the server, in the upsert that
// ends it. r.mu is held.
func (r *Run) tellFeatures() {
	r.config.Own.Use(runconfig.FeatureFinish)
	if r.up != nil && !r.up.ended.Load() {
		r.up.updater.change(false)
	}
}

// conclude is the outcome of an online run: that the disk failed is only worth
// an error where the server does not have everything.
func (r *Run) conclude(ctx context.Context, uploaded, onDisk error) error {
	if uploaded != nil {
		return errors.Join(uploaded, onDisk)
	}
	if onDisk != nil {
		r.client.log.Warn("the run is on the server and not whole on disk", "run", r.String(), "error", onDisk)
	}
	if err := r.acknowledge(ctx); err != nil {
		r.client.log.Warn("mark run as synced", "run", r.String(), "error", err)
	}
	return nil
}

// How often, and how far apart, it is tried to note the end of an upload.
const (
	acknowledgeTries = 3
	acknowledgeWait  = 100 * time.Millisecond
)

// acknowledge notes on disk that the server has everything, the more so where the
// journal does not: without its end, a later sync would take the run for one that
// crashed.
func (r *Run) acknowledge(ctx context.Context) error {
	rec := r.recorder()
	if rec == nil {
		return nil
	}
	note := rundir.Uploaded{Done: true, Whole: true}
	if r.missingFiles() != nil {
		note.Whole, note.LeftOut = false, "not all of its files were there to be uploaded"
	}
	if info, err := os.Stat(rec.dir.Journal()); err == nil {
		note.Bytes = info.Size()
	}
	for try := 1; ; try++ {
		err := errors.Join(r.up.noteEnd(note), rec.dir.MarkSynced())
		if err == nil || try == acknowledgeTries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(acknowledgeWait):
		}
	}
}

// closeScreen ends the console.
func (r *Run) closeScreen() error {
	if r.screen == nil {
		return nil
	}
	return r.screen.close()
}

// closeFiles ends the uploads of files. Runs that are not, or no longer, online keep
// here what was to wait for the end.
func (r *Run) closeFiles(ctx context.Context) error {
	if r.files == nil {
		return nil
	}
	defer r.files.Close()
	if r.up != nil {
		if !r.up.ended.Load() {
			return nil
		}
		if err := r.up.whyUnkept(); err != nil {
			return err
		}
	}
	return r.files.Finish(ctx)
}

// missingFiles names the files that were saved and not there when their turn came.
func (r *Run) missingFiles() error {
	if r.files == nil {
		return nil
	}
	missing := slices.DeleteFunc(r.files.Missing(), func(f *runfiles.FileError) bool { return f.Name == r.writer.outputLog() }) // nobody saved that
	if len(missing) == 0 {
		return nil
	}
	return &runfiles.FilesError{Files: missing}
}

// whereTheRestIs is the directory to show at the end, "" where the server has
// everything.
func (r *Run) whereTheRestIs(whole bool) string {
	if r.up != nil && whole {
		return ""
	}
	return r.Dir()
}

// showProgress shows a person how the upload at the end gets on, until the
// function it returns is called, which waits for it.
func (r *Run) showProgress(up *upload) (stop func()) {
	if r.display == nil {
		return func() {}
	}
	done := make(chan struct{})
	var showing sync.WaitGroup
	showing.Go(func() {
		tick := time.NewTicker(progressTick)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				r.display.Progress(r.progress(up))
			}
		}
	})
	return func() {
		close(done)
		showing.Wait()
	}
}

// progress is how far the upload is.
func (r *Run) progress(up *upload) display.Progress {
	rows, files := up.stream.Stats().History, r.files.Progress()
	p := display.Progress{
		Rows: rows.Acked, OfRows: rows.Accepted, Files: files.Done, OfFiles: files.Files, Bytes: files.BytesDone,
	}
	if len(files.Current) == files.Waiting() { // else there are some whose size nobody has looked at yet
		p.OfBytes = files.Bytes
	}
	return p
}

// progressTick is how often progress is shown.
const progressTick = 200 * time.Millisecond
