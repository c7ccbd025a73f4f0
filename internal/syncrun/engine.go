package syncrun

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/sink"
)

// DefaultParallel is how many runs are uploaded at one time.
const DefaultParallel = 4

// Options say what to do with logs.
type Options struct {
	// Entity, Project and RunID replace those in the logs. RunID is allowed for logs of
	// one run only.
	Entity, Project, RunID string
	// DefaultEntity and DefaultProject are used for logs without an entity or project.
	DefaultEntity, DefaultProject string
	// BaseURL is the server's address, for the notes on disk.
	BaseURL string
	// Key is the API key. It proves which links in a run's directory the run made.
	Key secret.Key
	// Staging is where the official client of this account keeps the files of artifacts
	// that are to be synced; "" if that is not known.
	Staging string
	// DryRun sends and changes nothing.
	DryRun bool
	// Clean deletes the directories of runs of which the server has everything, if the
	// log did not change for CleanAfter.
	Clean      bool
	CleanAfter time.Duration
	// IncludeOnline uploads runs in progress up to their last record.
	IncludeOnline bool
	// Continued says that another process is about to continue the run. A log without an
	// exit record then does not end the run as crashed.
	Continued bool
	// IncludeSynced uploads logs that the server is known to have.
	IncludeSynced bool
	// Parallel bounds how many runs are uploaded at one time; default
	// [DefaultParallel].
	Parallel int
	// RetryTimeout is how long one request with rows is retried, and how long an upload of
	// files may make no progress. Zero means no limit.
	RetryTimeout time.Duration
	// Progress is called from several goroutines, one at a time.
	Progress func(Progress)

	// artifacts uploads a log's artifacts; nil leaves them to another sync.
	artifacts func(j *job, ctx context.Context, at sink.Target, save func()) error
}

// SendArtifacts has artifacts uploaded, too. A program that does not call it does not link
// what that takes.
func (o *Options) SendArtifacts() { o.artifacts = (*job).sendArtifacts }

// ErrSeveralRuns means that [Options].RunID is set and the logs are of several runs.
var ErrSeveralRuns = errors.New("one run id for the logs of several runs")

// ErrNoRun means that the run's id is not known.
var ErrNoRun = errors.New("the record that names the run is damaged, and the file's name does not contain the run's id; --id sets it")

// ErrUnreadable means that no record of a log can be read.
var ErrUnreadable = errors.New("the log is damaged, and no record of it can be read")

// Engine uploads logs to a server.
type Engine struct {
	Server  Server
	Options Options

	mu   sync.Mutex // guards the fields below, and orders the calls of Progress
	logs int
	done int
	// down is why the server could not be reached. It is then not asked about the
	// remaining logs.
	down error

	cleaning sync.Mutex // held while a directory is deleted and links are updated
}

// job is the upload of one log.
type job struct {
	e        *Engine
	log      *Log
	own      sink.Target // the one in the log
	target   sink.Target
	group    []*job // all jobs of the run, including this one, in their order
	contents *Contents
	// postponed says that the later logs of the run were uploaded first.
	postponed bool
	live      bool // the run is still in progress
	synced    bool // skipped because the server has it
	denied    bool // the run's directory could not be written
	// artifacts are the indexes in the log of the artifacts that the server has,
	// unsentArtifacts those of the others that are to be sent.
	artifacts, unsentArtifacts []int64
	postponedArtifacts         bool // they are left to another sync
	result                     Result
}

// Sync uploads the logs and returns their results in the same order. It blocks until all
// are done or ctx has ended. The only error is [ErrSeveralRuns]; a log's own error is in
// its result. Call it once.
func (e *Engine) Sync(ctx context.Context, logs []*Log) ([]Result, error) {
	jobs := make([]*job, len(logs))
	ids := make(map[string]bool)
	for i, l := range logs {
		jobs[i] = e.job(l)
		if l.Run != nil {
			ids[l.Run.ID] = true
		}
	}
	if e.Options.RunID != "" && len(ids) > 1 {
		return nil, fmt.Errorf("sync runs: %w", ErrSeveralRuns)
	}
	e.logs = len(jobs)
	slots := make(chan struct{}, cmp.Or(max(0, e.Options.Parallel), DefaultParallel))
	var work sync.WaitGroup
	for _, group := range groups(jobs) {
		slots <- struct{}{} // in the order of the logs, for the progress
		work.Go(func() {
			defer func() { <-slots }()
			for _, j := range group {
				j.group = group
				j.run(ctx)
			}
			for _, j := range group { // in order, because each goes behind the one before
				if j.postponed {
					j.run(ctx)
				}
			}
		})
	}
	work.Wait()
	results := make([]Result, len(jobs))
	for i, j := range jobs {
		results[i] = j.result
	}
	return results, nil
}

func (e *Engine) job(l *Log) *job {
	o, own := &e.Options, l.target()
	own.BaseURL = o.BaseURL
	j := &job{e: e, log: l, own: own, target: sink.Target{
		Entity:  cmp.Or(o.Entity, own.Entity, o.DefaultEntity),
		Project: cmp.Or(o.Project, own.Project, o.DefaultProject),
		RunID:   cmp.Or(o.RunID, own.RunID),
		BaseURL: o.BaseURL,
	}}
	j.result = Result{
		Path: l.Path, Dir: l.Dir.Path(), Bytes: l.Size,
		Entity: j.target.Entity, Project: j.target.Project, RunID: j.target.RunID,
	}
	return j
}

// target returns the target that the log names. One that was empty when it was found names
// only the run, in its file's name.
func (l *Log) target() sink.Target {
	if l.Run == nil {
		return sink.Target{RunID: l.Dir.RunID()}
	}
	return sink.Target{Entity: l.Run.Entity, Project: l.Run.Project, RunID: l.Run.ID}
}

// later returns the jobs of the later logs of the run.
func (j *job) later() []*job { return j.group[slices.Index(j.group, j)+1:] }

// run uploads a log and reports its result.
func (j *job) run(ctx context.Context) {
	begin := time.Now()
	err := context.Cause(ctx)
	if err == nil {
		err = j.sync(ctx)
	}
	r := &j.result
	switch {
	case errors.Is(err, errPostponed):
		j.postponed = true
		j.result = j.e.job(j.log).result
		return
	case err == nil:
		if j.cleans() && !j.e.Options.DryRun {
			j.clean(ctx)
		}
	case ctx.Err() != nil:
		r.Outcome, r.Err = Interrupted, fmt.Errorf("sync %s: %w", j.log.Path, err)
	default:
		r.Outcome, r.Err = Failed, fmt.Errorf("sync %s: %w", j.log.Path, err)
	}
	j.countUnsent()
	r.Duration = time.Since(begin)
	j.e.mu.Lock()
	j.e.done++
	j.e.mu.Unlock()
	done := *r
	j.report(Progress{Phase: Finished, Done: r.Rows, Total: r.Rows, Result: &done})
}

// countUnsent counts the rows of a log that is not uploaded.
func (j *job) countUnsent() {
	r := &j.result
	r.LastStep = -1
	if j.contents == nil {
		return
	}
	r.LastStep = j.contents.LastStep
	if r.Err == nil && !r.InUse && !r.Waits {
		return
	}
	r.Unsent = r.Rows
	if n, ok := j.log.Dir.LoadUploaded(); ok && j.log.wentTo(&n, j.target) {
		r.Unsent = max(0, r.Rows-n.History)
	}
}

func (j *job) report(p Progress) {
	e := j.e
	if e.Options.Progress == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	p.Path, p.RunID, p.Logs, p.LogsDone = j.log.Path, j.result.RunID, e.logs, e.done
	e.Options.Progress(p)
}

func (j *job) skip(reason string) error {
	j.result.Outcome, j.result.Reason = Skipped, reason
	return nil
}

func (j *job) sync(ctx context.Context) error {
	if j.log.Err != nil {
		return j.log.Err
	}
	o := &j.e.Options
	j.synced = !o.IncludeSynced && j.log.Acknowledged(o.wanted())
	if j.synced && !j.cleans() {
		return j.skip(j.whereItIs())
	}
	j.report(Progress{Phase: Reading})
	s, err := Read(j.log)
	if err != nil {
		return err
	}
	j.contents = s
	j.describe()
	release, free := j.log.claim(s.Exit != nil, time.Now())
	defer release()
	switch {
	case !free && !o.IncludeOnline:
		j.result.InUse = true
		return j.skip("the run is still in progress, or another process is uploading it; --include-online uploads what it has so far")
	case s.Run == nil && s.unreadable():
		return ErrUnreadable
	case s.Run == nil:
		return j.skip("the log is empty")
	case j.target.RunID == "":
		return ErrNoRun
	case j.synced && !j.unproven():
		return j.skip(j.whereItIs())
	}
	j.synced = false
	j.live = !free
	if !j.live {
		j.result.ExitCode = new(s.exitCode())
		j.result.Crashed = s.Exit == nil
	}
	if o.DryRun {
		j.result.Outcome, j.result.Files, j.result.Artifacts = Planned, s.Files, int(s.Artifacts)
		if j.maybeThere() {
			j.warn("the server may already have it; a sync asks before it sends anything")
		}
		return nil
	}
	switch before, err := j.rowsBefore(); {
	case err != nil:
		return err
	case before != "":
		j.result.Waits = true
		return j.skip("its rows follow those in another log, which was skipped: " + before)
	}
	if s.shared() && j.target.RunID == s.Run.ID {
		return j.uploadShared(ctx)
	}
	return j.upload(ctx)
}

// maybeThere reports whether the server may have the run although no note of this client
// says so: a mark of the official client, or an online run. That only concerns the target
// that the log names.
func (j *job) maybeThere() bool {
	o, own := j.e.Options.wanted(), j.own
	elsewhere := o.Entity != "" && o.Entity != own.Entity || o.Project != "" && o.Project != own.Project || o.RunID != "" && o.RunID != own.RunID
	return !elsewhere && (j.log.Dir.Synced() || j.endedOnline())
}

// endedOnline reports whether the official client uploaded the run live until its end. It
// leaves no mark if that succeeds.
func (j *job) endedOnline() bool {
	return j.contents.Exit != nil && !j.log.Ours() && !j.log.Dir.Offline() && j.log.Dir.Named()
}

// describe adds to the result what is in the log.
func (j *job) describe() {
	s, r := j.contents, &j.result
	r.Rows, r.Events = s.Rows, s.State.Events
	r.DamagedParts = s.SkippedTotal
	for _, part := range s.Skipped {
		r.Damage = append(r.Damage, part.String())
	}
	if s.BadItems > 0 {
		j.warn("%d values were skipped because they are not JSON or have no key", s.BadItems)
	}
	if s.moreAlerts > 0 {
		j.warn("the log has more than %d alerts; the last %d were skipped", maxAlerts, s.moreAlerts)
	}
	if j.log.Guessed && s.Run != nil {
		j.warn("the record that describes the run is damaged: its name, tags and initial config are lost")
	}
}

// warn is not copied into its many callers, which would be 6 KB.
//
//go:noinline
func (j *job) warn(format string, args ...any) {
	j.result.Warnings = append(j.result.Warnings, fmt.Sprintf(format, args...))
}

// save writes a note beside the log about what the server has.
func (j *job) save(n rundir.Uploaded) {
	if err := j.log.Dir.SaveUploaded(n); err != nil {
		j.unwritable(err)
	}
}

// unwritable warns once that the run's directory cannot be written. The next sync asks
// the server instead.
func (j *job) unwritable(err error) {
	if !j.denied {
		j.denied = true
		j.warn("cannot record beside the log what the server has: %v", err)
	}
}
