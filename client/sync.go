package client

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/sink"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// Defaults of [SyncOptions].
const (
	// DefaultSyncParallel is how many runs [Client.Sync] uploads at one time.
	DefaultSyncParallel = 4
	// DefaultSyncRetryTimeout is how long one request of [Client.Sync] is repeated.
	DefaultSyncRetryTimeout = 10 * time.Minute
)

// SyncOptions configure [Client.Sync]. The zero SyncOptions upload every run that the
// server may not have, to the entity and project in its log.
type SyncOptions struct {
	// Entity and Project replace those in the logs. A log without them uses
	// WANDB_ENTITY, WANDB_PROJECT and the settings files, and then what the server
	// chooses for the account.
	Entity, Project string
	// RunID uploads under another id. All logs must be of one run.
	RunID string
	// DryRun reads the logs and reports what would be done. Nothing is sent, and
	// nothing changes on disk.
	DryRun bool
	// Clean deletes the directories of synced runs, after the server has confirmed that
	// it has them. A run is kept if its log is damaged, if a file is missing, or if
	// anything else was skipped; SyncedRun.Warnings says why. No confirmation is
	// requested.
	Clean bool
	// CleanAfter is how long a log must be unchanged for Clean. Default: 0.
	CleanAfter time.Duration
	// IncludeOnline also uploads runs still in progress, up to the last record in their logs.
	// Their end is not reported to the server.
	IncludeOnline bool
	// IncludeSynced uploads runs again that the server is known to have.
	IncludeSynced bool
	// Parallel is how many runs are uploaded at once. Default: [DefaultSyncParallel].
	Parallel int
	// RetryTimeout is how long a request with rows is retried, and how long files may
	// make no progress, before the run fails with ErrServerUnavailable. The first
	// requests of a run are bounded by Options.InitTimeout. Default:
	// [DefaultSyncRetryTimeout].
	RetryTimeout time.Duration
	// Progress is called when a log is started, about ten times a second while its rows
	// are sent, and when it is finished. It is called from several goroutines, one at a
	// time, and must return soon.
	Progress func(SyncProgress)
}

// SyncPhase is what is being done with a log.
type SyncPhase string

// The phases.
const (
	SyncReading  SyncPhase = "reading"
	SyncAsking   SyncPhase = "asking" // the server, what it has of the run
	SyncSending  SyncPhase = "sending"
	SyncFinished SyncPhase = "finished"
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
	// Run is the result for the log, nil before SyncFinished.
	Run *SyncedRun
}

// SyncOutcome is the outcome of a log.
type SyncOutcome string

// The outcomes.
const (
	// SyncDone: the server has everything in the log.
	SyncDone SyncOutcome = "synced"
	// SyncRunning: the run is still in progress; the server has what the log held.
	SyncRunning SyncOutcome = "running"
	// SyncPlanned: a dry run; it would be uploaded.
	SyncPlanned SyncOutcome = "planned"
	// SyncSkipped: nothing was done; SyncedRun.Reason says why.
	SyncSkipped SyncOutcome = "skipped"
	// SyncFailed: SyncedRun.Err says why. What was sent stays, and another Sync
	// continues behind it.
	SyncFailed SyncOutcome = "failed"
	// SyncInterrupted: ctx ended before everything was sent. Another Sync continues
	// there.
	SyncInterrupted SyncOutcome = "interrupted"
)

// SyncedRun is the result of one log.
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
	// Rows, Events and ConsoleLines count the history rows, the samples of system
	// metrics and the console lines in the log. RowsSent and EventsSent count what this
	// Sync uploaded. RowsBefore is how many of the log's rows the server already had, as
	// far as it is known. ConsoleLines and RowsBefore are 0 for a dry run.
	Rows         int64 `json:"rows"`
	RowsSent     int64 `json:"rowsSent"`
	RowsBefore   int64 `json:"rowsBefore"`
	Events       int64 `json:"events"`
	EventsSent   int64 `json:"eventsSent"`
	ConsoleLines int64 `json:"consoleLines"`
	// Files were uploaded, for a dry run those that the log names. MissingFiles
	// are named in the log and not on the disk.
	Files        []string `json:"files"`
	MissingFiles []string `json:"missingFiles"`
	// Alerts is how many alerts were raised, Artifacts how many artifacts were uploaded;
	// for a dry run how many the log has.
	Alerts    int `json:"alerts"`
	Artifacts int `json:"artifacts"`
	// ExitCode is how the run ended, nil for a run in progress. A log without an exit
	// record is that of a run that crashed; its code is 1.
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
	// Warnings list what else was skipped, and why.
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

// SyncReport has the results of all logs, in the order in which they were found.
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

// Sync uploads runs from disk: offline runs, and runs whose upload was cut short by a
// crash, the network or a refusal. The logs may be written by this client or by the
// official one.
//
// A path is a log (a .wandb file), the directory of a run, a directory of runs
// ("wandb"), or its parent. Without paths, Sync uses the directory in which this client
// keeps its runs, and the temporary directories that are used if that one cannot be
// written. A log is skipped if
//
//   - a note beside it says that this server has acknowledged all of it, for the Entity,
//     Project and RunID of the options, unless IncludeSynced is set. The mark
//     run-<id>.wandb.synced is not proof: the official client writes it after a failed
//     upload, too;
//   - the server says that it has all of it, and the log has the mark or is of an online
//     run of the official client that ended in order;
//   - it is one process's part of a run in shared mode, and it is not known what the
//     server has of it; RunID makes it a run of its own;
//   - its run is still in progress, unless IncludeOnline is set. This client locks its
//     logs, so that a process that died is detected at once. Without file locks, and for
//     the official client, a log without an exit record is in use if it changed in the
//     last five minutes.
//
// Otherwise Sync uploads its history, system metrics, console, summary, config, labels,
// metric definitions, files, alerts and exit code. A log without an exit record (the
// process was killed) is uploaded as failed with exit code 1, unless the server knows how
// the run ended; then the server's state is newer and stays.
//
// Sync asks the server what it already has and uploads only the rest, exactly once, so
// that it can be interrupted and repeated. The logs of one run are uploaded in the order
// in which they were started. If the steps of one start at zero again, they are moved
// behind those of the log before. If a later process continued the run, for example on
// another machine, the rows that the server does not have are added behind those of that
// process once no process writes the run. Their steps are moved only if the later rows
// have the same. If the server has rows of another run at the log's steps, nothing is
// sent and the error matches ErrRunExists; RunID uploads such a log as another run. A
// log of a run that was rewound offline ([RunOptions.RewindTo]) rewinds the run when it is
// uploaded for the first time; with RunID it becomes a fork. A damaged log is uploaded
// without the damaged parts, which SyncedRun.Damage lists. Memory does not grow with the
// length of a run.
//
// Artifacts that the server does not have are uploaded after the rows, each once. Of a log's
// artifacts only those files are read that the run is known to have logged; the others are
// skipped with a warning.
//
// Sync blocks until all logs are finished or ctx ends. It is safe for concurrent use. A
// log that fails does not stop the others, but a server that cannot be reached is asked
// only once. The report is nil if there is no usable key or a path has no log. The error
// joins those of all logs that failed; each is also in its SyncedRun:
//
//   - *errors.PermissionError: the server refused, for the reason it gives. It is also
//     stored in the run's directory;
//   - *errors.RequestError: other failures, such as ErrServerUnavailable, ErrRunDeleted
//     and ErrRunExists;
//   - *errors.InputError: an option or a path is invalid;
//   - the error of ctx, and errors of reading the log.
func (c *Client) Sync(ctx context.Context, paths []string, opts SyncOptions) (*SyncReport, error) {
	if opts.RetryTimeout < 0 {
		return nil, &errors.InputError{Field: "retry timeout", Value: secret.Redact(opts.RetryTimeout.String()), Rule: "must not be negative"}
	}
	if err := checkNames(c.env.Settings.Key, opts.Entity, opts.Project, opts.RunID); err != nil {
		return nil, err
	}
	find := syncrun.Find
	if len(paths) == 0 {
		paths, find = rundir.Roots(c.env.Settings.RunRoot(), c.tempDir()), syncrun.FindIn
	}
	logs, err := find(paths...)
	if err != nil {
		return nil, err
	}
	if !opts.DryRun {
		at := sink.Target{Entity: opts.Entity, Project: opts.Project, RunID: opts.RunID}
		if err := c.env.Diagnoser.CheckKey(at.Question(diagnose.OpSyncRun)); err != nil {
			return nil, err
		}
	}
	home, _ := os.UserHomeDir() // "" with an error
	retryTimeout := firstPositive(opts.RetryTimeout, DefaultSyncRetryTimeout)
	engine := &syncrun.Engine{Server: syncrun.Remote{Connection: connection.Of(c)}, Options: syncrun.Options{
		Entity: opts.Entity, Project: opts.Project, RunID: opts.RunID,
		DefaultEntity: c.env.Settings.Entity.Text, DefaultProject: c.env.Settings.Project.Text,
		BaseURL: c.env.Settings.BaseURL.Text, Key: c.env.Settings.Key, Staging: rundir.Staging(c.getenv, home),
		DryRun: opts.DryRun, Clean: opts.Clean, CleanAfter: opts.CleanAfter,
		IncludeOnline: opts.IncludeOnline, IncludeSynced: opts.IncludeSynced,
		Parallel: opts.Parallel, RetryTimeout: retryTimeout, Progress: c.syncProgress(opts.Progress),
	}}
	engine.Options.SendArtifacts()
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

// syncedRun is the public form of a result. TestSyncedRun_FieldsOfAResult_AreCopied keeps
// both the same.
func (c *Client) syncedRun(r *syncrun.Result) SyncedRun {
	run := SyncedRun{
		Path: r.Path, Dir: r.Dir, Entity: r.Entity, Project: r.Project, RunID: r.RunID, Name: r.Name, URL: r.URL,
		Outcome: SyncOutcome(r.Outcome), Reason: r.Reason,
		Rows: r.Rows, RowsSent: r.RowsSent, RowsBefore: r.RowsBefore, Events: r.Events, EventsSent: r.EventsSent, ConsoleLines: r.ConsoleLines,
		Files: r.Files, MissingFiles: r.MissingFiles, Alerts: r.Alerts, Artifacts: r.Artifacts,
		ExitCode: r.ExitCode, Crashed: r.Crashed, Continued: r.Continued, Bytes: r.Bytes,
		Damage: r.Damage, DamagedParts: r.DamagedParts, Warnings: r.Warnings,
		Cleaned: r.Cleaned, Duration: r.Duration, Err: r.Err,
	}
	if errors.Is(r.Err, syncrun.ErrConflict) {
		at := sink.Target{Entity: r.Entity, Project: r.Project, RunID: r.RunID}
		run.Err = c.env.Diagnoser.Failed(at.Question(diagnose.OpSyncRun), errors.RequestError{
			Cause: errors.ErrRunExists, Err: r.Err, Hint: "the server has other rows of this run than the log",
		})
	}
	addDir(run.Err, r.Dir)
	return run
}

// addDir adds the run's directory to a public error that no caller has yet.
func addDir(err error, dir string) {
	if p, ok := errors.AsType[*errors.PermissionError](err); ok && p.Dir == "" {
		p.Dir = dir
	}
	if e, ok := errors.AsType[*errors.RequestError](err); ok && e.Dir == "" {
		e.Dir = dir
	}
}

// keepRefusal stores a refusal in the run's directory, and removes it after the server
// has accepted the run.
func (c *Client) keepRefusal(dir *rundir.Dir, r *SyncedRun) {
	var err error
	switch _, denied := errors.AsType[*errors.PermissionError](r.Err); {
	case denied, errors.Is(r.Err, errors.ErrRunDeleted), errors.Is(r.Err, errors.ErrRunExists):
		err = dir.SaveRefusal(sink.ErrorJSON(r.Err))
	case r.Outcome == SyncDone && !r.Cleaned:
		err = dir.ClearRefusal()
	}
	if err != nil {
		c.env.Log.Warn("keep why a run was refused", "dir", r.Dir, "error", err)
	}
}

// syncProgress is the engine's function for that of the caller.
func (c *Client) syncProgress(report func(SyncProgress)) func(syncrun.Progress) {
	if report == nil {
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
		report(out)
	}
}
