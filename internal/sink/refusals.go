package sink

import (
	"context"
	"slices"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/oneline"
)

// Channel is what the server accepts of a run, or refuses, apart from the rest.
type Channel int

// The channels.
const (
	Rows     Channel = iota // without them the run is not online any more
	Settings                // config, name, tags, metric definitions
	Files
	Artifacts
	Alerts
	channels // how many there are
)

// op names the channel's requests in errors.
func (c Channel) op() diagnose.Op {
	return [...]diagnose.Op{diagnose.OpUploadRun, diagnose.OpUpdateSettings, diagnose.OpUploadFiles, diagnose.OpLogArtifact, diagnose.OpSendAlert}[c]
}

// refusal says for a person that a channel is refused, for why, and the rows are not.
func (c Channel) refusal(why error) string {
	if errors.Is(why, errors.ErrStoreRefused) {
		return "the object store does not accept a file of the run; rows are still uploaded"
	}
	return [...]string{
		"", "the server does not accept changes of the run's settings",
		"the server does not accept files of the run", "the server did not accept an artifact", "the server did not accept an alert",
	}[c] + "; rows are still uploaded"
}

// refusals are why the server does not accept channels of a run; nil for those that it
// accepts.
type refusals struct {
	errs [channels]error
	nth  [channels]int // distinguishes a refusal from the next one, and from its end
	// explained is closed once the diagnosis of the rows' refusal is made; nil without one.
	explained chan struct{}
	disk      error // why the disk does not have what the server does not
}

func (r *refusals) set(c Channel, err error) (nth int) {
	r.errs[c] = err
	r.nth[c]++
	return r.nth[c]
}

// first is the refusal that matters most.
func (r *refusals) first() error {
	if err := r.errs[Rows]; err != nil && r.disk != nil {
		return errors.Join(err, oneline.Error(r.disk))
	}
	for _, err := range r.errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// anyUnsent reports whether a refusal leaves something for a later sync.
func (r *refusals) anyUnsent() bool {
	return slices.ContainsFunc(r.errs[:Alerts], func(err error) bool { return err != nil })
}

// fail records why the server does not accept a channel.
func (b *Both) fail(c Channel, err error) (nth int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refusals.set(c, err)
}

// Refusal is why the server does not accept a channel, nil if it does.
func (b *Both) Refusal(c Channel) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refusals.errs[c]
}

// refused is called when the server will not accept a channel any more. Training
// continues; the diagnosis runs in the background.
func (b *Both) refused(c Channel, cause error) {
	nth := b.fail(c, b.preliminary(c, cause))
	b.background.begin()
	go func() {
		why := b.explain(b.asking, c, cause)
		stands := b.resolve(c, nth, why)
		switch {
		case c == Rows:
			close(b.refusals.explained)
			b.cfg.Events.Offline(b.Dir(), b.Err(), b.finishing.Load())
		case stands:
			b.warn(c, why)
		}
		b.background.end()
		if stands {
			b.notify(c, why) // Finish does not wait for it, so that the hook can call Finish
		}
	}()
}

// warn shows that a channel is refused, unless all are, or Finish has started and returns
// the error itself.
func (b *Both) warn(c Channel, why error) {
	if !b.finishing.Load() && b.Refusal(Rows) == nil {
		b.cfg.Events.Warning(c.refusal(why) + ": " + oneline.Text(why))
	}
}

// alertRefused is called when the server did not accept an alert. The caller of Alert has
// the error, too.
func (b *Both) alertRefused(why error) {
	b.fail(Alerts, why)
	b.cfg.Log.Warn("the server did not accept an alert", "error", why)
	b.warn(Alerts, why)
	go b.notify(Alerts, why) // the hook may block
}

// refusedInFinish is refused for Finish, which waits for the diagnosis and returns it.
func (b *Both) refusedInFinish(ctx context.Context, c Channel, cause error) error {
	nth := b.fail(c, b.preliminary(c, cause)) //nolint:contextcheck // it makes no request
	why := b.explain(ctx, c, cause)
	b.resolve(c, nth, why)
	return why
}

// question is what the diagnosis is asked about a refusal of a channel.
func (b *Both) question(c Channel) diagnose.Question {
	q := b.cfg.Target.Question(c.op())
	if c == Alerts { // the server lacks nothing else for it
		return q
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.disk != nil && b.refusals.disk == nil && b.disk.writer.Fault() == nil {
		q.Dir = b.disk.Path()
		if b.firstDir != "" {
			q.Dir, q.RestDir = b.firstDir, q.Dir
		}
	}
	return q
}

func (b *Both) explain(ctx context.Context, c Channel, cause error) error {
	return b.cfg.Diagnoser.ExplainRunning(ctx, b.question(c), cause)
}

// preliminary is what is known without asking the server.
func (b *Both) preliminary(c Channel, cause error) error {
	if !diagnose.Explainable(cause) {
		return cause
	}
	return b.cfg.Diagnoser.Preliminary(context.Background(), b.question(c), cause)
}

// isResponse reports whether an error says what became of a request.
func isResponse(err error) bool { return diagnose.Explained(err) || diagnose.Explainable(err) }

// resolve records why the server does not accept a channel, also on disk. It reports
// false if the server accepted it meanwhile.
func (b *Both) resolve(c Channel, nth int, why error) (stands bool) {
	b.progress.mu.Lock()
	defer b.progress.mu.Unlock()
	b.mu.Lock()
	stands = b.refusals.nth[c] == nth
	if stands {
		b.refusals.errs[c] = why
	}
	first, disk := b.refusals.first(), b.disk
	b.mu.Unlock()
	if !stands || disk == nil || !isResponse(why) {
		return stands
	}
	if err := disk.saveRefusal(first); err != nil {
		b.cfg.Log.Warn("cannot save the refusal", "error", err)
	}
	return true
}

// accepted is called when the server accepted what it may have refused before.
func (b *Both) accepted(c Channel) {
	b.progress.mu.Lock()
	defer b.progress.mu.Unlock()
	b.mu.Lock()
	before := b.refusals.errs[c]
	b.refusals.set(c, nil)
	over, disk := before != nil && !b.refusals.anyUnsent(), b.disk
	b.mu.Unlock()
	if !over || disk == nil {
		return
	}
	if err := disk.dir.ClearRefusal(); err != nil {
		b.cfg.Log.Warn("cannot remove a refusal that is over", "error", err)
	}
}

// notify calls the program's hook, unless it was called for the same cause, or Finish has
// started and returns the error itself. The calls follow one another.
func (b *Both) notify(c Channel, why error) {
	if b.cfg.OnLost == nil {
		return
	}
	b.notifying.Lock()
	defer b.notifying.Unlock()
	code := errors.Code(why)
	if b.finishing.Load() || slices.Contains(b.notified, code) {
		return
	}
	b.notified = append(b.notified, code)
	if c == Rows {
		why = b.Err() // the disk may be part of it
	}
	b.cfg.OnLost(why)
}

// serverWarns reports the warning in the server's responses to rows, once.
func (b *Both) serverWarns(text string) {
	b.warned.Do(func() {
		b.cfg.Log.Warn("the server warns of a limit", "warning", text)
		b.cfg.Events.Warning(text)
	})
}

// requestTooLarge logs that requests with rows are smaller from now on.
func (b *Both) requestTooLarge(size, limit int) {
	b.cfg.Log.Warn("a request with rows is larger than the server, or a proxy before it, accepts; smaller ones follow. "+
		"Set WANDB_X_FILE_STREAM_MAX_BYTES to start with this limit", "bytes", size, "limit", limit)
}

// withDir is a public error with the run's directory, and that of the rest, which may be "".
// The program may hold the one without.
func withDir(err error, dir, rest string) error {
	switch e := err.(type) { //nolint:errorlint // what wraps it could not be kept
	case *errors.PermissionError:
		refused := *e
		refused.Dir, refused.RestDir = dir, rest
		return &refused
	case *errors.RequestError:
		failed := *e
		failed.Dir, failed.RestDir = dir, rest
		return &failed
	}
	return err
}
