package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/syncrun"
)

var syncCommand = command{
	name: "sync", args: "[path ...] [--entity E] [--project P] [--dry-run] [flags]",
	summary: "upload runs from this disk",
	long: `
Uploads runs from this disk that are not, or not completely, on the server:
offline runs, and runs whose upload was cut short by a crash, the network or a
refusal. The logs may be written by wandgo or by the official client. Data that
the server already has stays. After an interruption, run the same command again:
it continues where it stopped.

A path is a log (run-ID.wandb), the directory of a run, or a directory of runs.
Without paths, uploads the runs in the directory "wandb" of the settings, and in
the temporary directories that are used if that one cannot be written.

Runs still in progress are skipped, and so are runs that the server already has,
which are only counted.
A log without an exit code (the process was killed) is uploaded as failed,
unless the server knows how the run ended.

Flags:
  --entity E        upload to this team or user instead of the one in the log
  --project P       upload to this project instead of the one in the log
  --id ID           upload as this run; only for the logs of one run
  --dry-run         print what would be uploaded and stop
  --include-online  also upload runs still in progress, up to their last record
  --include-synced  also upload runs that the server is known to have
  --clean           delete the directories of uploaded runs, after the server
                    has confirmed that it has them. Damaged logs and runs with
                    missing data are kept. No confirmation is requested
  --clean-after D   with --clean: only delete runs unchanged for this long, such
                    as 24h (default 0s)
  --parallel N      number of runs to upload at once (default 4)
  --patience D      how long to retry requests with rows, and to wait for files
                    without progress (default 10m). WANDB_INIT_TIMEOUT limits
                    how long to wait for a server that cannot be reached
  -v                list the runs that the server already has, too
  --json            print one JSON document: runs (path, dir, entity, project,
                    runId, name, url, outcome, reason, rows, rowsSent,
                    rowsBefore, events, eventsSent, consoleLines, files,
                    missingFiles, alerts, artifacts, exitCode, crashed,
                    continued, bytes, damage, damagedParts, warnings, cleaned,
                    durationNs, error)
                    and exitStatus.
                    outcome is synced, running, planned, skipped, failed or
                    interrupted
  --no-color        print without color (the default if stdout is not a
                    terminal or NO_COLOR is set)

For compatibility with wandb sync, -e, -p, -n, --yes, --sync-all, --skip-online
and --skip-synced are accepted too.

The exit status is 0 if all runs are uploaded, 130 if sync was interrupted, and
otherwise that of the first run in the report that failed, which is the first
that is explained; 33 if a path does not exist or has no run. See wandgo doctor
--exit-codes.

Examples:
  wandgo sync
  wandgo sync --dry-run
  wandgo sync wandb/offline-run-20260102_030405-abcd1234 --entity acme
  wandgo sync --clean --clean-after 24h
  wandgo sync --json | jq -r '.runs[] | select(.error) | .error.cause'
`,
	run: runSync,
}

// officialSyncFlags adds the spellings of wandb sync.
func officialSyncFlags(set *flag.FlagSet, o *client.SyncOptions) {
	set.StringVar(&o.Entity, "e", "", "")
	set.StringVar(&o.Project, "p", "", "")
	set.IntVar(&o.Parallel, "n", client.DefaultSyncParallel, "")
	for name, field := range map[string]*bool{"no-skip-online": &o.IncludeOnline, "no-skip-synced": &o.IncludeSynced} {
		set.BoolVar(field, name, false, "")
	}
	for name, field := range map[string]*bool{
		"skip-online": &o.IncludeOnline, "no-include-online": &o.IncludeOnline,
		"skip-synced": &o.IncludeSynced, "no-include-synced": &o.IncludeSynced,
	} {
		set.BoolFunc(name, "", func(string) error { *field = false; return nil })
	}
	for _, name := range []string{"yes", "sync-all"} { // what sync does anyway
		set.Bool(name, false, "")
	}
}

func runSync(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	var o client.SyncOptions
	set.StringVar(&o.Entity, "entity", "", "")
	set.StringVar(&o.Project, "project", "", "")
	set.StringVar(&o.RunID, "id", "", "")
	set.BoolVar(&o.DryRun, "dry-run", false, "")
	set.BoolVar(&o.IncludeOnline, "include-online", false, "")
	set.BoolVar(&o.IncludeSynced, "include-synced", false, "")
	set.BoolVar(&o.Clean, "clean", false, "")
	set.DurationVar(&o.CleanAfter, "clean-after", 0, "")
	set.IntVar(&o.Parallel, "parallel", client.DefaultSyncParallel, "")
	set.DurationVar(&o.RetryTimeout, "patience", client.DefaultSyncRetryTimeout, "")
	asJSON := set.Bool("json", false, "")
	noColor := set.Bool("no-color", false, "")
	var verbose bool
	for _, name := range []string{"v", "verbose"} {
		set.BoolVar(&verbose, name, false, "")
	}
	officialSyncFlags(set, &o)
	paths, err := a.parsePaths(c, set, args)
	switch {
	case err != nil:
		return err
	case o.Parallel < 1:
		return usageError(c, "--parallel must be 1 or more")
	case o.RetryTimeout <= 0:
		return usageError(c, "--patience must be positive")
	case o.CleanAfter < 0:
		return usageError(c, "--clean-after must not be negative")
	case o.CleanAfter > 0 && !o.Clean:
		return usageError(c, "--clean-after goes with --clean")
	}
	given := paths
	if len(paths) == 0 {
		resolved, err := a.settings()
		if err != nil {
			return err
		}
		roots := a.runRoots(resolved)
		if paths = withRuns(roots); len(paths) == 0 {
			return a.nothingToSync(roots[0], *asJSON)
		}
	}
	out := a.syncOutput(!*noColor, *asJSON)
	out.all = verbose
	options := a.env.options()
	if out.live {
		options.Tracer = retries{report: out.waiting}
	}
	cl, err := client.New(options)
	if err != nil {
		return err
	}
	defer func() { _ = cl.Close() }()

	o.Progress = out.progress
	report, err := cl.Sync(ctx, paths, o)
	status := syncStatus(report, err)
	if ctx.Err() != nil {
		status = exitInterrupted
	}
	if *asJSON {
		if report == nil {
			return a.runsDocument([]string{}, err, status)
		}
		return a.runsDocument(append([]client.SyncedRun{}, report.Runs...), nil, status)
	}
	if report != nil {
		out.summary(report)
	}
	if out.err != nil {
		return failed("print the outcome", out.err)
	}
	if err != nil && ctx.Err() == nil {
		a.explainFailures(report, err, o, given)
	}
	return exitCode(status)
}

// withRuns returns the directories that have runs, or may have some that cannot be
// listed.
func withRuns(roots []string) []string {
	return slices.DeleteFunc(slices.Clone(roots), func(root string) bool {
		_, err := syncrun.Find(root)
		return syncrun.NoRuns(err)
	})
}

// syncStatus is the exit status: that of the first run that failed, otherwise that
// of err.
func syncStatus(report *client.SyncReport, err error) int {
	if report != nil {
		for i := range report.Runs {
			if report.Runs[i].Err != nil {
				return exitStatus(report.Runs[i].Err)
			}
		}
	}
	return exitStatus(err)
}

// nothingToSync reports that there are no runs, which is not a failure.
func (a *app) nothingToSync(root string, asJSON bool) error {
	if asJSON {
		return a.runsDocument([]string{}, nil, exitAllowed)
	}
	p := &printer{w: a.stdout}
	p.printf("Nothing to upload: no runs in %s.\n", printable(root))
	return failed("print the outcome", p.err)
}

// runsDocument prints the JSON of sync and import. runs are a list. err is an error from before the first run.
func (a *app) runsDocument(runs any, err error, status int) error {
	d := struct {
		Runs       any   `json:"runs"`
		ExitStatus int   `json:"exitStatus"`
		Error      error `json:"error,omitempty"`
	}{Runs: runs, ExitStatus: status}
	if err != nil {
		d.Error = jsonError(err)
	}
	if err := encodeJSON(a.stdout, d); err != nil {
		return failed("print the outcome", err)
	}
	return exitCode(status)
}

// relative returns path relative to the working directory if it is below it.
func relative(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	resolved, _ := filepath.EvalSymlinks(dir) // the shell may know it by another name
	for _, dir := range []string{dir, resolved} {
		if rest, below := strings.CutPrefix(path, dir+string(os.PathSeparator)); below && dir != "" && rest != "" {
			return rest
		}
	}
	return path
}
