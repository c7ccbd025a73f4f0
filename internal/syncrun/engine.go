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
)

// DefaultParallel is how many runs are uploaded at one time.
const DefaultParallel = 4

// Options say what to do with logs.
type Options struct {
	// Entity, Project and RunID replace those of the logs. RunID is for the logs of
	// one run.
	Entity, Project, RunID string
	// DefaultEntity and DefaultProject are for logs that name none.
	DefaultEntity, DefaultProject string
	// BaseURL is the server's address, for the notes on disk.
	BaseURL string
	// DryRun: nothing is sent or changed.
	DryRun bool
	// Clean: directories of runs of which the server has everything are deleted, if
	// their log did not change for CleanAfter.
	Clean      bool
	CleanAfter time.Duration
	// IncludeOnline: runs that go on are uploaded as far as they are.
	IncludeOnline bool
	// Continued: another process is about to continue the run. The server is not told
	// that a run whose log has no end crashed.
	Continued bool
	// IncludeSynced: what is known to be there is sent again.
	IncludeSynced bool
	// Parallel bounds how many runs are uploaded at one time; default
	// [DefaultParallel].
	Parallel int
	// RetryTimeout is how long one request with rows is retried, and how long files may
	// take without a byte being sent. Zero means no limit.
	RetryTimeout time.Duration
	// Progress is called from several goroutines, one at a time.
	Progress func(Progress)
}

// ErrSeveralRuns means that one id was asked for and the logs are of several runs.
var ErrSeveralRuns = errors.New("one run id for the logs of several runs")

// ErrNoRun means that a log does not say whose run it is.
var ErrNoRun = errors.New("the record that names the run is damaged, and the name of the file does not tell the run's id; --id gives it one")

// ErrUnreadable means that a log is damaged and nothing of it can be read.
var ErrUnreadable = errors.New("the log is damaged, and no record of it can be read")

// Engine uploads logs to a server.
type Engine struct {
	Server  Server
	Options Options

	mu   sync.Mutex // guards what follows, and orders the calls of Progress
	logs int
	done int
	// down is why the server could not be reached; then it is not asked for the logs
	// that follow either.
	down error

	cleaning sync.Mutex // held while a directory is deleted and links are mended
}

// job is one log on its way.
type job struct {
	e        *Engine
	log      *Log
	target   Target
	next     *Log   // the log that was begun after it, of the same run
	group    []*job // all of its run, also this one
	contents *Contents
	// postponed: the later logs of the run were uploaded first.
	postponed bool
	synced    bool // left alone as the server has it
	denied    bool // the run's directory could not be written
	result    Result
}

// Sync uploads the logs and returns what became of them, in their order. It
// returns when all are done or ctx has ended. Its error is [ErrSeveralRuns]; what
// went wrong with a log is in its result. It is called once.
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
	parallel := e.Options.Parallel
	if parallel <= 0 {
		parallel = DefaultParallel
	}
	slots := make(chan struct{}, parallel)
	var work sync.WaitGroup
	for _, group := range groups(jobs) {
		slots <- struct{}{} // in the order of the logs, so that progress is too
		work.Go(func() {
			defer func() { <-slots }()
			for i, j := range group {
				if i+1 < len(group) {
					j.next = group[i+1].log
				}
				j.group = group
				j.run(ctx)
			}
			for _, j := range slices.Backward(group) {
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
	j := &job{e: e, log: l}
	o := &e.Options
	own := Target{RunID: l.Dir.RunID()}
	if l.Run != nil {
		own = l.target()
	}
	j.target = Target{
		Entity:  cmp.Or(o.Entity, own.Entity, o.DefaultEntity),
		Project: cmp.Or(o.Project, own.Project, o.DefaultProject),
		RunID:   cmp.Or(o.RunID, own.RunID),
	}
	j.result = Result{
		Path: l.Path, Dir: l.Dir.Path(), Bytes: l.Size,
		Entity: j.target.Entity, Project: j.target.Project, RunID: j.target.RunID,
	}
	return j
}

// target is where the log itself says that its run belongs.
func (l *Log) target() Target {
	return Target{Entity: l.Run.Entity, Project: l.Run.Project, RunID: l.Run.ID}
}

// run does all there is to do with a log.
func (j *job) run(ctx context.Context) {
	begin := time.Now()
	err := ctx.Err()
	if err != nil {
		err = context.Cause(ctx)
	} else {
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
	j.tell(Progress{Phase: Finished, Done: r.Rows, Total: r.Rows, Result: &done})
}

// countUnsent counts the rows of a log that is not uploaded.
func (j *job) countUnsent() {
	r := &j.result
	r.LastStep = -1
	if j.contents == nil {
		return
	}
	r.LastStep = j.contents.LastStep
	if r.Err == nil && !r.InUse {
		return
	}
	r.Unsent = r.Rows
	if n, ok := j.log.Dir.LoadUploaded(); ok && j.log.wentTo(&n, j.e.Options.BaseURL, j.target) {
		r.Unsent = max(0, r.Rows-n.History)
	}
}

func (j *job) tell(p Progress) {
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
	j.synced = !o.IncludeSynced && j.log.Acknowledged(o.BaseURL, o.wanted())
	if j.synced && !j.cleans() {
		return j.skip(j.whereItIs())
	}
	j.tell(Progress{Phase: Reading})
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
		return j.skip("the run goes on, or somebody else uploads it; --include-online uploads what there is")
	case s.Run == nil && s.unreadable():
		return ErrUnreadable
	case s.Run == nil:
		return j.skip("there is nothing in the log")
	case j.target.RunID == "":
		return ErrNoRun
	case j.synced && !j.unproven():
		return j.skip(j.whereItIs())
	}
	j.synced = false
	live := !free
	if !live {
		j.result.ExitCode = new(s.exitCode())
		j.result.Crashed = s.Exit == nil
	}
	if o.DryRun {
		j.result.Outcome, j.result.Files = Planned, s.Files
		if j.maybeThere() {
			j.warn("the server may have it already, and is asked before anything is sent")
		}
		return nil
	}
	if s.shared() && j.target.RunID == s.Run.ID {
		return j.uploadShared(ctx, live)
	}
	return j.upload(ctx, live)
}

// maybeThere reports whether something says that a server has the run, and no note
// of this client that this one does. That is about the place that the log names.
func (j *job) maybeThere() bool {
	o, own := j.e.Options.wanted(), j.log.target()
	elsewhere := o.Entity != "" && o.Entity != own.Entity || o.Project != "" && o.Project != own.Project || o.RunID != "" && o.RunID != own.RunID
	return !elsewhere && (j.log.Dir.Synced() || j.endedOnline())
}

// endedOnline says that the official client uploaded the run while it went on, and
// was there when it ended. It leaves no mark where that went well.
func (j *job) endedOnline() bool {
	return j.contents.Exit != nil && !j.log.Ours() && !j.log.Dir.Offline() && j.log.Dir.Named()
}

// describe tells what is in the log.
func (j *job) describe() {
	s, r := j.contents, &j.result
	r.Rows, r.Events = s.Rows, s.State.Events
	r.DamagedParts = s.SkippedTotal
	for _, part := range s.Skipped {
		r.Damage = append(r.Damage, part.String())
	}
	if s.BadItems > 0 {
		j.warn("%d values are no JSON and were left out", s.BadItems)
	}
	if s.moreAlerts > 0 {
		j.warn("the log has more than %d alerts; the last %d were left out", maxAlerts, s.moreAlerts)
	}
	if j.log.Guessed && s.Run != nil {
		j.warn("the record that describes the run is damaged: its name, its tags and what its config began with are lost")
	}
}

func (j *job) warn(format string, args ...any) {
	j.result.Warnings = append(j.result.Warnings, fmt.Sprintf(format, args...))
}

// save writes a note beside the log of what the server has.
func (j *job) save(n rundir.Uploaded) {
	if err := j.log.Dir.SaveUploaded(n); err != nil {
		j.unwritable(err)
	}
}

// unwritable tells once that the run's directory cannot be written. The next sync asks
// the server instead.
func (j *job) unwritable(err error) {
	if !j.denied {
		j.denied = true
		j.warn("what the server has cannot be noted beside the log: %v", err)
	}
}
