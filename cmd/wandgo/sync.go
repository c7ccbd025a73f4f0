package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/syncrun"
	"github.com/wandgo/wandgo/internal/term"
)

func syncCommand() command {
	return command{
		name: "sync", args: "[path ...] [--entity E] [--project P] [--dry-run] [more]",
		summary: "upload runs that are on disk",
		long: `
Uploads runs that the server does not have, or not whole: offline runs, and those
whose upload did not come to its end, because the program or the network died or
the server refused. They may be of wandgo or of the official client. What the
server has of a run stays; a sync that was interrupted goes on there.

A path is a log (run-ID.wandb), the directory of a run, or one of many. Without
paths it is the directory "wandb" of the settings and, where that cannot be
written, those that served in its place in the temporary directory. Runs that go
on are left alone, and so are those that this server has: a note beside the log
says so or, where only the official client says that they are synced, the server
itself. What ends without an end, as the process was killed, becomes a failed run,
unless the server knows of its end.

Flags:
  --entity E        upload to this team or user, whatever the logs say
  --project P       upload to this project
  --id ID           upload as this run; for the logs of one run
  --dry-run         only say what would be done
  --include-online  also runs that go on, as far as they are
  --include-synced  also runs that the server is known to have
  --clean           delete the directories of runs that are synced, now or
                    earlier, after a last look at the server. A damaged log, and
                    a run of which anything was left out, stays. Nobody is asked
  --clean-after D   with --clean: only what did not change for this long, such
                    as 24h (default 0s)
  --parallel N      how many runs at one time (default 4)
  --patience D      how long to repeat a request with rows, and to wait for files
                    that get no farther (default 10m). Whether the server can be
                    reached at all is found out within WANDB_INIT_TIMEOUT
  --json            print one JSON document: runs (path, dir, entity, project,
                    runId, name, url, outcome, reason, rows, rowsSent, events,
                    eventsSent, consoleLines, files, missingFiles, alerts,
                    exitCode, crashed, continued, bytes, damage, damagedParts,
                    warnings, cleaned, durationNs, error) and exitStatus; outcome
                    is synced, running, planned, skipped, failed or interrupted
  --no-color        no colour; there is none in a pipe or with NO_COLOR anyway

The exit status is 0 if nothing failed, 130 if it was interrupted, else that of the
cause of the first failure, in the order of the runs; see wandgo doctor --exit-codes.

Examples:
  wandgo sync
  wandgo sync --dry-run
  wandgo sync wandb/offline-run-20260102_030405-abcd1234 --entity acme
  wandgo sync --clean --clean-after 24h
  wandgo sync --json | jq -r '.runs[] | select(.outcome == "failed") | .error.cause'
`,
		run: runSync,
	}
}

func runSync(ctx context.Context, a *app, args []string) int {
	c := syncCommand()
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
	set.DurationVar(&o.Patience, "patience", client.DefaultSyncPatience, "")
	asJSON := set.Bool("json", false, "")
	noColour := set.Bool("no-color", false, "")
	paths, status, ok := a.parsePaths(c, set, args)
	switch {
	case !ok:
		return status
	case o.Parallel < 1:
		return a.misused(c, "--parallel must be 1 or more")
	case o.Patience <= 0:
		return a.misused(c, "--patience must be positive")
	case o.CleanAfter < 0:
		return a.misused(c, "--clean-after must not be negative")
	case o.CleanAfter > 0 && !o.Clean:
		return a.misused(c, "--clean-after goes with --clean")
	}
	if len(paths) == 0 {
		resolved, err := a.settings()
		if err != nil {
			a.explainTo(a.stderr, err)
			return exitStatus(err)
		}
		roots := a.runRoots(resolved)
		if paths = withRuns(roots); len(paths) == 0 {
			return a.nothingThere(roots[0], *asJSON)
		}
	}
	out := &syncOutput{
		printer: printer{w: a.stdout, style: term.NewStyle(!*noColour && term.Colours(a.stdout, a.env.get))},
		live:    !*asJSON && term.IsTerminal(a.stdout), silent: *asJSON,
	}
	options := a.env.options()
	if out.live {
		options.Logger = slog.New(&retries{tell: out.waiting})
	}
	cl, err := client.New(options)
	if err != nil {
		a.explainTo(a.stderr, err)
		return exitStatus(err)
	}
	defer func() { _ = cl.Close() }()

	o.Progress = out.progress
	report, err := cl.Sync(ctx, paths, o)
	status = syncStatus(report, err)
	if ctx.Err() != nil {
		status = exitInterrupted
	}
	if *asJSON {
		return a.syncDocument(report, err, status)
	}
	if report != nil {
		out.summary(report)
	}
	if out.err != nil {
		return a.failed("print the outcome", out.err)
	}
	if err != nil && ctx.Err() == nil {
		a.explainFailures(report, err, o)
	}
	return status
}

// withRuns are those of the directories in which there are runs, or may be some that
// cannot be seen.
func withRuns(roots []string) []string {
	return slices.DeleteFunc(slices.Clone(roots), func(root string) bool {
		_, err := syncrun.Find(root)
		return syncrun.NoRuns(err)
	})
}

// syncStatus is the exit status: that of the first run that failed, else that of the
// error of all.
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

// nothingThere is no failure: there is nothing to do.
func (a *app) nothingThere(root string, asJSON bool) int {
	if asJSON {
		return a.syncDocument(&client.SyncReport{}, nil, exitAllowed)
	}
	p := &printer{w: a.stdout}
	p.printf("Nothing to sync: there are no runs in %s.\n", printable(root))
	if p.err != nil {
		return a.failed("print the outcome", p.err)
	}
	return exitAllowed
}

// syncDocument prints the JSON of sync.
func (a *app) syncDocument(report *client.SyncReport, err error, status int) int {
	d := struct {
		Runs       []client.SyncedRun `json:"runs"`
		ExitStatus int                `json:"exitStatus"`
		Error      error              `json:"error,omitempty"`
	}{Runs: []client.SyncedRun{}, ExitStatus: status}
	if report != nil && report.Runs != nil {
		d.Runs = report.Runs
	} else if err != nil { // of no run, but of all
		d.Error = jsonError(err)
	}
	enc := json.NewEncoder(a.stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d); err != nil {
		return a.failed("print the outcome", err)
	}
	return status
}

// redrawEvery bounds how often the line of progress is drawn.
const redrawEvery = 100 * time.Millisecond

// relative shortens a path for the eye.
func relative(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	if rest, ok := cutDir(path, dir); ok {
		return rest
	}
	if dir, err = filepath.EvalSymlinks(dir); err == nil { // the shell may say it otherwise
		if rest, ok := cutDir(path, dir); ok {
			return rest
		}
	}
	return path
}

func cutDir(path, dir string) (string, bool) {
	prefix := dir + string(os.PathSeparator)
	if len(path) > len(prefix) && path[:len(prefix)] == prefix {
		return path[len(prefix):], true
	}
	return "", false
}
