package client

import (
	"context"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/internal/transport"
)

// finish brings the rest to the server: settings, files, and the rows with the end
// of the run. Its error is of the public types, or the context's, or of a file.
func (u *upload) finish(ctx context.Context, code int) error {
	u.finishing.Store(true)
	defer u.aside.wait()
	defer u.stopAsking()
	defer context.AfterFunc(ctx, u.stopAsking)() // no answer is worth more than the caller's time
	defer u.stream.Close()
	settings := u.finishSettings(ctx)
	files := u.finishFiles(ctx)
	var err error
	if u.run.writer.ends() {
		err = u.stream.Finish(ctx, code)
	} else {
		err = u.stream.Depart(ctx)
	}
	r := u.run
	switch left := u.tellLeftOut(u.stream.Stats()); {
	case err == nil && files != nil:
		u.saveProgress()
		return errors.Join(settings, files, u.keepFiles(ctx), left)
	case err == nil:
		return errors.Join(settings, left)
	case u.stream.Err() != nil:
		u.end(err) //nolint:contextcheck // the questions end with ctx all the same
		u.aside.wait()
		return r.Err()
	}
	u.abandon(err)
	u.aside.wait()
	if why := u.outOfTime(ctx); why != nil {
		r.fail(partRows, why)
	}
	return errors.Join(r.Err(), r.reason(partSettings), r.reason(partFiles))
}

// finishSettings brings the last change of the settings there.
func (u *upload) finishSettings(ctx context.Context) error {
	err := u.updater.finish(ctx)
	if err != nil && answered(err) {
		return u.refusedInFinish(ctx, partSettings, err)
	}
	return err
}

// finishFiles uploads the files that describe the whole run, and those that were
// to wait for its end.
func (u *upload) finishFiles(ctx context.Context) error {
	r := u.run
	if u.ended.Load() {
		return nil
	}
	var summary, config []byte
	var err error
	if r.writer.describes() {
		r.mu.Lock()
		summary = r.summaryLocked()
		config, err = r.config.YAML()
		r.mu.Unlock()
	}
	err = errors.Join(err, r.finishFiles(ctx, summary, config))
	switch {
	case answered(err):
		return errors.Join(u.refusedInFinish(ctx, partFiles, err), err)
	case u.filesOver.Load(): // since before, and they are on disk
		u.aside.wait()
		return errors.Join(r.reason(partFiles), err)
	case err == nil:
		u.taken(partFiles)
	}
	return err
}

// outOfTime is the error of a Finish whose time was up while the server was asked
// again and again, with its last answer; nil if that is not why.
func (u *upload) outOfTime(ctx context.Context) error {
	tried := []error{u.stream.Interrupted(), u.updater.lastError()}
	for _, f := range u.run.files.Errors() {
		tried = append(tried, f)
	}
	for _, err := range tried {
		request, ok := errors.AsType[*graphql.Error](err)
		if !ok {
			continue
		}
		failed, ok := errors.AsType[*transport.Error](request)
		brokenOff := ok && errors.Is(failed, context.Canceled)
		if !brokenOff || failed.LastStatus == 0 && failed.LastErr == nil {
			continue
		}
		last := *request
		last.Err = failed.LastErr // not that we broke it off
		return u.run.client.diagnoser.Preliminary(ctx, u.run.question(partRows.op()), &last)
	}
	return nil
}

// filesRefused is called once when the server does not take the run's files, on a
// goroutine of the uploads. The rows may go on. What is saved from then on goes to
// the disk at once; Finish does that itself, when all that can be uploaded is.
func (u *upload) filesRefused(err error) {
	u.filesOver.Store(true)
	u.run.client.log.Warn("the server does not take the run's files", "run", u.run.String(), "error", err)
	u.refused(partFiles, err)
	if !u.finishing.Load() {
		u.keepAside()
	}
}

// fileDenied is called for each file that the store refuses. Finish will name them;
// that it happens is told once.
func (u *upload) fileDenied(err error) {
	if !u.finishing.Load() {
		u.denied.Do(func() { u.refused(partFiles, err) })
	}
}

// keepAside puts the files that the server does not have into the run's directory,
// and does not wait for it.
func (u *upload) keepAside() {
	u.aside.begin()
	go func() {
		defer u.aside.end()
		err := u.keepFiles(u.asking)
		if err == nil {
			return
		}
		u.run.client.log.Warn("keep the run's files on disk", "run", u.run.String(), "error", err)
		if _, some := errors.AsType[*runfiles.FilesError](err); !some { // Finish tries those again
			u.noting.Lock()
			u.unkept = err
			u.noting.Unlock()
		}
	}()
}

// keepFiles puts the files that the server does not have into the run's directory.
func (u *upload) keepFiles(ctx context.Context) error {
	rec := u.run.recorder()
	if rec == nil {
		return errors.New("keep files: the disk has no place for the run")
	}
	return u.run.files.Keep(ctx, rec.dir.Files())
}

// whyUnkept is why none of the files could be kept, or nil.
func (u *upload) whyUnkept() error {
	u.noting.Lock()
	defer u.noting.Unlock()
	return u.unkept
}
