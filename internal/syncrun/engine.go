package syncrun

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/runconfig"
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
	// Clean: directories of runs that are synced, now or earlier, are deleted, if
	// their log did not change for CleanAfter.
	Clean      bool
	CleanAfter time.Duration
	// IncludeOnline: see skip.
	IncludeOnline, IncludeSynced bool
	// Parallel bounds how many runs are uploaded at one time; default
	// [DefaultParallel].
	Parallel int
	// Progress is called from several goroutines, one at a time.
	Progress func(Progress)
}

// ErrSeveralRuns means that one id was asked for and the logs are of several runs.
var ErrSeveralRuns = errors.New("one run id for the logs of several runs")

// Engine uploads logs to a server.
type Engine struct {
	Server  Server
	Options Options

	mu   sync.Mutex // guards what follows, and orders the calls of Progress
	logs int
	done int
}

// job is one log on its way.
type job struct {
	e      *Engine
	log    *Log
	target Target
	next   *Log // the log that was begun after it, of the same run
	survey *Survey
	result Result
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
				j.run(ctx)
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
	if l.Run != nil {
		j.target = Target{Entity: l.Run.Entity, Project: l.Run.Project, RunID: l.Run.ID}
	} else {
		j.target.RunID = strings.TrimSuffix(strings.TrimPrefix(filepath.Base(l.Path), "run-"), ".wandb")
	}
	j.target = Target{
		Entity:  first(o.Entity, j.target.Entity, o.DefaultEntity),
		Project: first(o.Project, j.target.Project, o.DefaultProject),
		RunID:   first(o.RunID, j.target.RunID),
	}
	j.result = Result{
		Path: l.Path, Dir: l.Dir.Path(), Bytes: l.Size,
		Entity: j.target.Entity, Project: j.target.Project, RunID: j.target.RunID,
	}
	return j
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
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
	if err != nil {
		r.Outcome, r.Err = Failed, fmt.Errorf("sync %s: %w", j.log.Path, err)
	}
	if j.e.Options.Clean && !j.e.Options.DryRun && err == nil {
		if err := j.clean(); err != nil {
			r.Warnings = append(r.Warnings, "not deleted: "+err.Error())
		}
	}
	r.Duration = time.Since(begin)
	j.e.mu.Lock()
	j.e.done++
	j.e.mu.Unlock()
	done := *r
	j.tell(Progress{Phase: Finished, Done: r.Rows, Total: r.Rows, Result: &done})
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

// skip says why a log is left alone, "" if it is not, before it is read.
func (j *job) skip() string {
	o, l := &j.e.Options, j.log
	switch {
	case l.Dir.Synced() && !o.IncludeSynced:
		return "synced already"
	case !l.Dir.Offline() && !l.Ours() && l.Err == nil && l.Run != nil && !o.IncludeOnline:
		// The official client leaves no mark where an online run went well.
		return "an online run of the official client, which has most likely uploaded it"
	}
	return ""
}

func (j *job) sync(ctx context.Context) error {
	if reason := j.skip(); reason != "" {
		j.result.Outcome, j.result.Reason = Skipped, reason
		return nil
	}
	if j.log.Err != nil {
		return j.log.Err
	}
	j.tell(Progress{Phase: Reading})
	s, err := Read(j.log)
	if err != nil {
		return err
	}
	j.survey = s
	j.describe()
	release, free := j.log.claim(s.Exit != nil, time.Now())
	defer release()
	switch {
	case !free && !j.e.Options.IncludeOnline:
		j.result.Outcome, j.result.Reason = Skipped, "the run goes on, or somebody else uploads it"
		return nil
	case s.Run == nil:
		j.result.Outcome, j.result.Reason = Skipped, "there is no run in the log"
		return nil
	case s.shared() && j.target.RunID == s.Run.ID:
		// Uploaded to the run itself, its lines would take the place of others'.
		j.result.Outcome, j.result.Reason = Skipped, "one of several processes wrote it, in shared mode; another run id uploads it as a run of its own"
		return nil
	}
	live := !free
	if !live {
		j.result.ExitCode = new(s.exitCode())
		j.result.Crashed = s.Exit == nil
	}
	if j.e.Options.DryRun {
		j.result.Outcome, j.result.Files = Planned, s.Files
		return nil
	}
	return j.upload(ctx, live)
}

// shared reports whether other processes wrote the run as well.
func (s *Survey) shared() bool {
	return slices.Contains(s.Telemetry.Feature, int32(runconfig.FeatureSharedMode))
}

// describe tells what is in the log.
func (j *job) describe() {
	s, r := j.survey, &j.result
	r.Rows, r.Events = s.Rows, s.State.Events
	r.DamagedParts = s.SkippedTotal
	for _, part := range s.Skipped {
		r.Damage = append(r.Damage, part.String())
	}
	if s.BadItems > 0 {
		j.warn("%d values are no JSON and were left out", s.BadItems)
	}
}

func (j *job) warn(format string, args ...any) {
	j.result.Warnings = append(j.result.Warnings, fmt.Sprintf(format, args...))
}

// crashed is the exit code of a run whose log has no end; that of the official
// client.
const crashed = 1

func (s *Survey) exitCode() int {
	if s.Exit == nil {
		return crashed
	}
	return int(s.Exit.Code)
}

// clean deletes the run's directory, if the server has all of it.
func (j *job) clean() error {
	l := j.log
	dir := l.Dir.Path()
	name := filepath.Base(dir)
	ours := strings.HasPrefix(name, "run-") || strings.HasPrefix(name, "offline-run-")
	if !ours || !l.Dir.Synced() || len(logsIn(dir)) != 1 || time.Since(l.Changed) < j.e.Options.CleanAfter {
		return nil
	}
	unlock, err := journal.Lock(l.Path)
	if errors.Is(err, journal.ErrInUse) {
		return nil
	}
	if unlock != nil {
		unlock()
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	j.result.Cleaned = true
	return nil
}
