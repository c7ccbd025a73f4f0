package client

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/sink"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// Defaults of [SyncOptions].
const (
	// DefaultSyncParallel is how many runs [Client.Sync] uploads at one time.
	DefaultSyncParallel = syncrun.DefaultParallel
	// DefaultSyncRetryTimeout is how long one request of [Client.Sync] is repeated.
	DefaultSyncRetryTimeout = 10 * time.Minute
)

// SyncOptions say what [Client.Sync] does. The zero SyncOptions upload every run
// that the server may lack to where its log says.
type SyncOptions struct {
	// Entity and Project replace those in the logs. Logs that name none go where
	// WANDB_ENTITY, WANDB_PROJECT and the settings files say, and then to what the
	// server takes for the account.
	Entity, Project string
	// RunID uploads under another id. All logs must be of one run.
	RunID string
	// DryRun reads the logs and tells what would be done. Nothing is sent, and
	// nothing changes on disk.
	DryRun bool
	// Clean deletes the directories of runs that are synced, now or earlier, and
	// whose log did not change for CleanAfter, with a last look at the server. What
	// is not known to be there whole stays: a run whose log is damaged, whose files
	// are not all on disk or of which anything else was left out. SyncedRun.Warnings
	// says why. Nobody is asked.
	Clean bool
	// CleanAfter is how old a log must be for Clean. Default: no matter how old.
	CleanAfter time.Duration
	// IncludeOnline also uploads runs that go on: what their logs hold by now,
	// without telling the server that they ended.
	IncludeOnline bool
	// IncludeSynced uploads runs again that the server is known to have.
	IncludeSynced bool
	// Parallel is how many runs are uploaded at one time. Default:
	// [DefaultSyncParallel].
	Parallel int
	// RetryTimeout is how long one request with rows is retried, or files may take
	// without a byte being sent, until the run fails with ErrServerUnavailable. The
	// first questions about a run are bounded by Options.InitTimeout. Default:
	// [DefaultSyncRetryTimeout].
	RetryTimeout time.Duration
	// Progress is called with how far it is: when a log is started, about ten times a
	// second while its rows are sent, and when it is done. It is called from
	// several goroutines, one at a time, and must return soon.
	Progress func(SyncProgress)
}

// SyncPhase is what is being done with a log.
type SyncPhase string

// The phases.
const (
	SyncReading  = SyncPhase(syncrun.Reading)
	SyncAsking   = SyncPhase(syncrun.Asking) // the server, what it has of the run
	SyncSending  = SyncPhase(syncrun.Sending)
	SyncFinished = SyncPhase(syncrun.Finished)
)

// SyncProgress is how far [Client.Sync] is with one log.
type SyncProgress struct {
	// Path is the log, RunID its run.
	Path, RunID string
	Phase       SyncPhase
	// Rows of TotalRows are sent, counting those that the server had.
	Rows, TotalRows int64
	// Logs is how many logs there are, LogsDone how many of them are finished.
	Logs, LogsDone int
	// Run is what became of the log, nil before SyncFinished.
	Run *SyncedRun
}

// SyncOutcome is what became of a log.
type SyncOutcome string

// The outcomes.
const (
	// SyncDone: the server has the run as the log has it.
	SyncDone = SyncOutcome(syncrun.Synced)
	// SyncRunning: the run goes on; the server has what the log held.
	SyncRunning = SyncOutcome(syncrun.Running)
	// SyncPlanned: it would be uploaded, had it not been a dry run.
	SyncPlanned = SyncOutcome(syncrun.Planned)
	// SyncSkipped: nothing was done; SyncedRun.Reason says why.
	SyncSkipped = SyncOutcome(syncrun.Skipped)
	// SyncFailed: SyncedRun.Err says why. What was sent stays, and another Sync
	// goes on after it.
	SyncFailed = SyncOutcome(syncrun.Failed)
	// SyncInterrupted: ctx ended before all was done, or before it began. Another
	// Sync goes on there, too.
	SyncInterrupted = SyncOutcome(syncrun.Interrupted)
)

// SyncedRun is what became of one log.
type SyncedRun struct {
	// Path is the log, Dir the run's directory.
	Path string `json:"path"`
	Dir  string `json:"dir"`
	// Entity, Project and RunID are where it is, as the server has them, or was to
	// go. Name is shown in the web UI, URL is the run's page.
	Entity  string      `json:"entity"`
	Project string      `json:"project"`
	RunID   string      `json:"runId"`
	Name    string      `json:"name"`
	URL     string      `json:"url"`
	Outcome SyncOutcome `json:"outcome"`
	// Reason is why it was skipped.
	Reason string `json:"reason"`
	// Rows and Events are how many history rows and samples of system metrics the
	// log has, RowsSent and EventsSent how many of them the server lacked.
	// ConsoleLines is 0 for a dry run.
	Rows         int64 `json:"rows"`
	RowsSent     int64 `json:"rowsSent"`
	Events       int64 `json:"events"`
	EventsSent   int64 `json:"eventsSent"`
	ConsoleLines int64 `json:"consoleLines"`
	// Files were uploaded, for a dry run those that the log names. MissingFiles
	// are named in the log and not on the disk.
	Files        []string `json:"files"`
	MissingFiles []string `json:"missingFiles"`
	// Alerts is how many alerts were raised.
	Alerts int `json:"alerts"`
	// ExitCode is how the run ended, nil for a run that goes on. A log without an
	// end is that of a run that crashed; its code is 1.
	ExitCode *int `json:"exitCode"`
	Crashed  bool `json:"crashed"`
	// Continued says that the server had a part of the run.
	Continued bool `json:"continued"`
	// Bytes is the size of the log.
	Bytes int64 `json:"bytes"`
	// Damage are the first 1000 parts of the log that could not be read, and where
	// they are, DamagedParts how many there are in all. All else was sent.
	Damage       []string `json:"damage"`
	DamagedParts int64    `json:"damagedParts"`
	// Warnings tell what else was left out, and why.
	Warnings []string `json:"warnings"`
	// Cleaned says that the run's directory was deleted.
	Cleaned  bool          `json:"cleaned"`
	Duration time.Duration `json:"durationNs"`
	// Err is why it failed or was interrupted: an *errors.PermissionError or
	// *errors.RequestError of the server, whose Dir is that of the run, the context's,
	// or that of reading the log.
	Err error `json:"-"`
}

// MarshalJSON writes Err as "error": the object of a PermissionError or
// RequestError, else an object with the text; null if there is none.
func (r SyncedRun) MarshalJSON() ([]byte, error) {
	type plain SyncedRun
	p := plain(r)
	for _, list := range []*[]string{&p.Files, &p.MissingFiles, &p.Damage, &p.Warnings} {
		if *list == nil {
			*list = []string{}
		}
	}
	out := struct {
		plain
		Error json.RawMessage `json:"error"`
	}{plain: p, Error: json.RawMessage("null")}
	if r.Err != nil {
		out.Error = sink.ErrorJSON(r.Err)
	}
	return json.Marshal(out)
}

// SyncReport is what became of all logs, in the order in which they were found.
type SyncReport struct {
	Runs []SyncedRun `json:"runs"`
}

// Count is how many logs have an outcome.
func (r *SyncReport) Count(o SyncOutcome) int {
	n := 0
	for i := range r.Runs {
		if r.Runs[i].Outcome == o {
			n++
		}
	}
	return n
}

// Err joins the errors of the logs that failed or were interrupted; nil if none was.
func (r *SyncReport) Err() error {
	var all []error
	for i := range r.Runs {
		if err := r.Runs[i].Err; err != nil {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// Sync uploads runs from disk: offline runs, and those whose upload did not come
// to its end, because the program or the network died or the server refused.
// They may be of this client or of the official one.
//
// A path is a log (a .wandb file), the directory of a run, the directory of many
// ("wandb"), or one with that in it. Without paths it is the directory in which
// this client keeps its runs and, where that cannot be written, those in the temporary
// directory that serve in its place. Each log is then
//
//   - skipped if a note beside it says that this server has acknowledged all of it, at
//     the Entity, Project and RunID of the options if there are any, unless
//     IncludeSynced is set. The mark run-<id>.wandb.synced alone does not count: the
//     official client writes it after an upload that failed, too;
//   - skipped if the server says that it has all of it, and the mark is there, or it is
//     of an online run of the official client, which ended in good order;
//   - skipped if it is one process's part of a run in shared mode, unless RunID
//     makes it a run of its own;
//   - skipped if its run goes on, unless IncludeOnline is set. This client's
//     processes lock their logs while they live, so that one that died is known at
//     once. Where the file system has no locks, and for the official client, a log
//     without an end is in use while it changed in the last five minutes;
//   - uploaded otherwise: history, system metrics, console, summary, config,
//     labels, metric definitions, files, alerts and how the run ended. A log
//     without an end becomes a failed run with exit code 1, unless the server knows
//     of its end: then it was the log that broke off, and what the server has is newer.
//
// Sync asks the server how far it has the run and sends what follows, so that it
// may be interrupted and repeated: rows take the place of the same rows. Several
// logs of one run go one after another in the order in which they were begun; the
// steps of one that begins at zero again are moved behind those of the one before.
// Where the server has other rows in the place of the log's, nothing is sent, and
// the error matches ErrRunExists; RunID uploads such a log as another run.
// A log of a run that was rewound offline (RunOptions.RewindTo) rewinds the run
// when it is uploaded for the first time, and with RunID becomes a fork.
// A damaged log is read as far as it is whole, and SyncedRun.Damage says what is
// missing. Memory does not grow with the length of a run.
//
// Sync blocks until all logs are done, or ctx ends. One log that fails stops no
// other, except that a server that cannot be reached is not asked for each. The error
// is nil if none failed; otherwise it holds the errors of all that did, each of them
// also in its SyncedRun. A refusal is an *errors.PermissionError that says why, as for
// [Client.Init], and is kept in the run's directory; the commonest cause is the entity
// of another account in the log. Without a usable key, or if a path leads to no log,
// the report is nil. Sync is safe for concurrent use.
func (c *Client) Sync(ctx context.Context, paths []string, opts SyncOptions) (*SyncReport, error) {
	if err := opts.check(c.settings.Key); err != nil {
		return nil, err
	}
	find := syncrun.Find
	if len(paths) == 0 {
		paths, find = rundir.Roots(c.settings.RunRoot(), c.tempDir()), syncrun.FindIn
	}
	logs, err := find(paths...)
	if err != nil {
		return nil, &errors.InputError{Field: "paths", Rule: err.Error()}
	}
	if !opts.DryRun {
		if err := c.diagnoser.CheckKey(syncQuestion(syncrun.Target{Entity: opts.Entity, Project: opts.Project, RunID: opts.RunID})); err != nil {
			return nil, err
		}
	}
	retryTimeout := firstPositive(opts.RetryTimeout, DefaultSyncRetryTimeout)
	server := &syncServer{client: c}
	engine := &syncrun.Engine{Server: server, Options: syncrun.Options{
		Entity: opts.Entity, Project: opts.Project, RunID: opts.RunID,
		DefaultEntity: c.settings.Entity.Text, DefaultProject: c.settings.Project.Text,
		BaseURL: c.settings.BaseURL.Text,
		DryRun:  opts.DryRun, Clean: opts.Clean, CleanAfter: opts.CleanAfter,
		IncludeOnline: opts.IncludeOnline, IncludeSynced: opts.IncludeSynced,
		Parallel: opts.Parallel, RetryTimeout: retryTimeout, Progress: c.syncProgress(opts.Progress),
	}}
	results, err := engine.Sync(ctx, logs)
	if err != nil {
		return nil, &errors.InputError{Field: "run id", Value: secret.Redact(opts.RunID), Rule: "is for the logs of one run; these are of several"}
	}
	report := &SyncReport{Runs: make([]SyncedRun, len(results))}
	for i := range results {
		report.Runs[i] = c.syncedRun(&results[i])
		if !opts.DryRun {
			c.keepRefusal(logs[i].Dir, &report.Runs[i])
		}
	}
	if err := report.Err(); err != nil {
		return report, fmt.Errorf("sync runs: %w", err)
	}
	return report, nil
}

// syncedRun is the public form of a result.
func (c *Client) syncedRun(r *syncrun.Result) SyncedRun {
	run := SyncedRun{
		Path: r.Path, Dir: r.Dir, Entity: r.Entity, Project: r.Project, RunID: r.RunID, Name: r.Name, URL: r.URL,
		Outcome: SyncOutcome(r.Outcome), Reason: r.Reason,
		Rows: r.Rows, RowsSent: r.RowsSent, Events: r.Events, EventsSent: r.EventsSent, ConsoleLines: r.ConsoleLines,
		Files: r.Files, MissingFiles: r.MissingFiles, Alerts: r.Alerts,
		ExitCode: r.ExitCode, Crashed: r.Crashed, Continued: r.Continued, Bytes: r.Bytes,
		Damage: r.Damage, DamagedParts: r.DamagedParts, Warnings: r.Warnings,
		Cleaned: r.Cleaned, Duration: r.Duration, Err: r.Err,
	}
	if errors.Is(r.Err, syncrun.ErrConflict) {
		run.Err = &errors.RequestError{
			Op: string(syncOp), Entity: r.Entity, Project: r.Project, RunID: r.RunID, BaseURL: c.settings.BaseURL.Text,
			Cause: errors.ErrRunExists, Err: r.Err,
			Hint: "the server has other rows of this run than the log",
		}
	}
	tellDir(run.Err, r.Dir)
	return run
}

// tellDir adds to a public error where the run is on disk. Nobody has seen the error
// before.
func tellDir(err error, dir string) {
	if p, ok := errors.AsType[*errors.PermissionError](err); ok && p.Dir == "" {
		p.Dir = dir
	}
	if e, ok := errors.AsType[*errors.RequestError](err); ok && e.Dir == "" {
		e.Dir = dir
	}
}

// keepRefusal keeps why the server does not take a run where the run is, for whoever
// looks there, and forgets it once the server did.
func (c *Client) keepRefusal(dir *rundir.Dir, r *SyncedRun) {
	var err error
	switch _, denied := errors.AsType[*errors.PermissionError](r.Err); {
	case denied, errors.Is(r.Err, errors.ErrRunDeleted), errors.Is(r.Err, errors.ErrRunExists):
		err = dir.SaveRefusal(sink.ErrorJSON(r.Err))
	case r.Outcome == SyncDone && !r.Cleaned:
		err = dir.ClearRefusal()
	}
	if err != nil {
		c.log.Warn("keep why a run was refused", "dir", r.Dir, "error", err)
	}
}

// syncProgress is the engine's function for that of the caller.
func (c *Client) syncProgress(tell func(SyncProgress)) func(syncrun.Progress) {
	if tell == nil {
		return nil
	}
	return func(p syncrun.Progress) {
		out := SyncProgress{
			Path: p.Path, RunID: p.RunID, Phase: SyncPhase(p.Phase), Rows: p.Done, TotalRows: p.Total,
			Logs: p.Logs, LogsDone: p.LogsDone,
		}
		if p.Result != nil {
			out.Run = new(c.syncedRun(p.Result))
		}
		tell(out)
	}
}
