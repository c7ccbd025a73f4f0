package sink

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/display"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/runfiles"
)

// Ending is how a run ends.
type Ending struct {
	Exit record.Exit
	// Files describe the whole run, by name: the summary and the config. They are
	// uploaded if the run is online.
	Files map[string][]byte
	// Lost is the error of a last record that could not be stored.
	Lost error
}

// Finish stores the end of the run, and blocks until the server has everything or ctx
// ends. whole reports whether nothing is missing. It is called once, after the last
// record.
func (b *Both) Finish(ctx context.Context, e *Ending) (whole bool, err error) {
	first := b.currentDisk()
	var onDisk, uploaded error
	if first != nil { // the disk first: a process that is killed from here on has lost nothing
		onDisk = first.finish(&e.Exit)
	}
	if b.server != nil {
		uploaded = b.finishUpload(ctx, e)
	}
	if onDisk != nil && (b.server == nil || uploaded != nil) {
		b.relocate()
	}
	if b.currentDisk() != first { // it has what the first one does not have
		onDisk = nil
	}
	err = errors.Join(e.Lost, onDisk)
	if b.server != nil {
		err = b.conclude(ctx, uploaded, err)
	}
	if late := b.currentDisk(); late != nil && late != first { // the disk got its second chance
		err = errors.Join(err, late.finish(&e.Exit))
	}
	err = errors.Join(err, b.closeFiles(ctx), b.lostRows())
	return err == nil, errors.Join(err, b.missingFiles())
}

// finish stores the end of the run and closes the log.
func (d *Disk) finish(exit *record.Exit) error {
	return errors.Join(d.writer.Append(exit), d.writer.Close())
}

// finishUpload uploads the rest: settings, files, and the rows with the end of the run.
// Its error is of the public types, or the context's, or of a file.
func (b *Both) finishUpload(ctx context.Context, e *Ending) error {
	b.finishing.Store(true)
	defer b.background.wait()
	defer b.stopAsking()
	defer context.AfterFunc(ctx, b.stopAsking)() // no answer is worth more than the caller's time
	defer b.server.Close()
	settings := b.finishSettings(ctx)
	forFiles, stop := beforeEnd(ctx)
	defer stop()
	files := b.finishFiles(forFiles, e)
	artifacts := b.finishArtifacts(forFiles)
	err := b.server.FinishRows(ctx, int(e.Exit.Code), !e.Exit.NotComplete)
	switch dropped := b.reportDropped(b.server.Stats()); {
	case err == nil && files != nil:
		b.progress.save(b)
		kept := b.keepFiles(ctx) // ends the uploads
		if why := b.outOfTime(forFiles, Files); why != nil && errors.Is(files, forFiles.Err()) {
			b.fail(Files, why)
			files = errors.Join(why, files) // the reason first, then how many are not uploaded
		}
		return errors.Join(settings, files, artifacts, kept, dropped)
	case err == nil:
		return errors.Join(settings, artifacts, dropped)
	case b.server.stream.Err() != nil:
		b.rowsRefused(err) //nolint:contextcheck // the questions end with ctx all the same
		b.background.wait()
		if !e.Exit.NotComplete {
			if err := b.server.EndRefused(ctx, b.Refusal(Rows), int(e.Exit.Code)); err != nil {
				b.cfg.Log.Warn("cannot report the end of the run; the server will show it as crashed", "error", err)
			}
		}
		return b.refusal()
	}
	b.abandon(err)
	b.background.wait()
	if why := b.outOfTime(ctx, Rows); why != nil {
		b.fail(Rows, why)
	}
	return errors.Join(b.refusal(), b.Refusal(Settings), b.Refusal(Files), b.Refusal(Artifacts))
}

// maxReserve is the most that is kept of the caller's time for the rows and the end of
// the run, after a quarter of it.
const maxReserve = 10 * time.Second

// beforeEnd ends before ctx, if that has a deadline: a store that is slow or fails holds
// up neither the last rows nor the end of the run, which would count as crashed.
func beforeEnd(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	reserve := min(time.Until(deadline)/4, maxReserve)
	return context.WithDeadlineCause(ctx, deadline.Add(-reserve),
		fmt.Errorf("the time was kept for the rows and the end of the run: %w", context.DeadlineExceeded))
}

// refusal is the refusal that matters most.
func (b *Both) refusal() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refusals.first()
}

func (b *Both) finishSettings(ctx context.Context) error {
	err := b.server.FinishSettings(ctx)
	if err != nil && isResponse(err) {
		return b.refusedInFinish(ctx, Settings, err)
	}
	return err
}

// finishFiles uploads the files that describe the whole run, and those that were to
// wait for its end.
func (b *Both) finishFiles(ctx context.Context, e *Ending) error {
	if b.offline.Load() {
		return nil
	}
	var saved error
	for name, content := range e.Files {
		if len(content) > 0 {
			saved = errors.Join(saved, b.files.SaveBytes(name, content, runfiles.Now))
		}
	}
	files := b.files.Finish(ctx)
	err := errors.Join(saved, files)
	switch {
	case isResponse(files):
		return errors.Join(&refusedFiles{b.refusedInFinish(ctx, Files, files), files}, saved)
	case b.filesOver.Load(): // since before, and they are on disk
		b.background.wait()
		return errors.Join(b.Refusal(Files), err)
	case err == nil:
		b.accepted(Files)
	}
	return err
}

// outOfTime is the error of a Finish that ran out of time while a request was retried,
// with the server's last response; nil if that is not why.
func (b *Both) outOfTime(ctx context.Context, c Channel) error {
	var ofFiles []error
	for _, f := range b.files.Errors() {
		ofFiles = append(ofFiles, f)
	}
	last := b.server.interrupted(ofFiles...)
	if last == nil {
		return nil
	}
	return b.cfg.Diagnoser.Preliminary(ctx, b.question(c), last)
}

// conclude is the outcome of an online run: that the disk failed is an error only if
// the server does not have everything.
func (b *Both) conclude(ctx context.Context, uploaded, onDisk error) error {
	if uploaded != nil {
		return errors.Join(uploaded, onDisk)
	}
	if onDisk != nil {
		b.cfg.Log.Warn("the run is on the server and incomplete on disk", "error", onDisk)
	}
	if err := b.markDone(ctx); err != nil {
		b.cfg.Log.Warn("cannot mark the run as synced", "error", err)
	}
	return nil
}

// How often, and how far apart, it is tried to mark the end of an upload.
const (
	markTries = 3
	markWait  = 100 * time.Millisecond
)

// markDone records on disk that the server has everything. That matters most if the
// log has no end: a later sync would upload the run as crashed.
func (b *Both) markDone(ctx context.Context) error {
	disk := b.currentDisk()
	if disk == nil {
		return nil
	}
	if b.overwritten(disk) {
		b.cfg.Events.Warning("another process wrote the same run at the same time, so the server may lack rows of this one; wandgo sync adds them from " + disk.Path())
		return disk.dir.ForgetUploaded() // a sync asks the server which rows it has
	}
	note := rundir.Uploaded{Done: true, Whole: true, Bytes: disk.dir.Size()}
	if b.missingFiles() != nil {
		note.Whole, note.LeftOut = false, "not all of its files existed when they were to be uploaded"
	}
	for try := 1; ; try++ {
		err := errors.Join(b.progress.saveNote(b, note), disk.dir.MarkSynced())
		if err == nil || try == markTries {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; %w", context.Cause(ctx), err)
		case <-time.After(markWait):
		}
	}
}

// Progress is how far the upload is.
func (b *Both) Progress() display.Progress {
	rows, files := b.server.Stats().History, b.files.Progress()
	p := display.Progress{
		Rows: rows.Acked, OfRows: rows.Accepted, Files: files.Done, OfFiles: files.Files, Bytes: files.BytesDone,
	}
	if len(files.Current) == files.Waiting { // otherwise there are files of unknown size
		p.OfBytes = files.Bytes
	}
	if a := b.artifacts.progress(); a.Of > 0 {
		p.Artifacts, p.OfArtifacts = a.Done, a.Of
		p.Bytes += a.Bytes
		if p.OfBytes > 0 || files.Waiting == 0 {
			p.OfBytes += a.OfBytes
		}
	}
	return p
}

// refusedFiles are failures of files, with the explanation of the first that was refused.
type refusedFiles struct{ why, files error }

// Error has the reason of the refused files once.
func (e *refusedFiles) Error() string {
	failed, ok := errors.AsType[*runfiles.FilesError](e.files)
	if !ok || len(failed.Files) < 2 {
		return e.why.Error()
	}
	text := fmt.Sprintf("%v; %d files failed", e.why, len(failed.Files))
	if i := slices.IndexFunc(failed.Files, func(f *runfiles.FileError) bool { return !isResponse(f) }); i >= 0 {
		text += fmt.Sprintf("; one for another reason: %v", failed.Files[i])
	}
	return text
}

// Unwrap returns both errors.
func (e *refusedFiles) Unwrap() []error { return []error{e.why, e.files} }
