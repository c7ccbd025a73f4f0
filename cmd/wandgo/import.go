package main

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/tfevents"
)

func importCommand() command {
	c := group("import", "make runs of the files of another tool", `
Makes runs of the files that another tool wrote.

Commands:
%s
Example:
  wandgo import tensorboard logs --project vision
`, importTensorBoardCommand)
	c.args = "tensorboard DIR [flags]"
	return c
}

var importTensorBoardCommand = command{
	name: "import tensorboard", args: "DIR [--entity E] [--project P] [flags]",
	summary: "make a run of each directory with event files",
	long: `
Makes a run of each directory with event files of TensorBoard (names with
"tfevents"), at DIR and below it, and uploads it. Neither TensorFlow nor Python
is needed. A run is named after its directory.

Scalars, histograms, images, texts and precision-recall curves become metrics
that are named like their tags, and hyperparameters become the config. The step
of TensorBoard is the metric global_step, which is the x-axis of all others.
Each row has the time at which it was written. Values that a restarted program
replaced are left out. Audio, graphs, meshes and other values are skipped, and
counted.

A file that is damaged or still being written is imported as far as possible.
Import the same directory again to add what was written since: a run's id is
derived from the path of its directory and its first record with values, and
rows that the server has are not sent again. Other event files in the same place
are another run. Rows that are on the server cannot be replaced: if the program
was started again at an earlier step, the import fails, and says how to make
another run.

With --offline, in offline mode, and if the server refuses, the runs stay on
this disk; wandgo sync uploads them. Otherwise they are deleted from it when the
server has confirmed that it has them.

Flags:
  --entity E    the team or user (default: that of the settings)
  --project P   the project (default: that of the settings)
  --group G     the group of all runs
  --job-type T  the job type of all runs
  --tags T,...  tags of all runs
  --offline     write the runs to this disk and upload nothing
  --dry-run     print which runs would be made, and stop
  --json        print one JSON document: runs (dir, name, runId, outcome, log,
                rows, replacedEvents, skippedValues, damage, damagedParts,
                warnings, upload) and exitStatus. outcome is written, present
                (an earlier import left it on this disk), planned or empty;
                upload is as in wandgo sync, null without one
  --no-color    print without color (the default if stdout is not a terminal or
                NO_COLOR is set)

The exit statuses are those of wandgo sync.

Examples:
  wandgo import tensorboard logs --dry-run
  wandgo import tensorboard logs --entity acme --project vision --group resnet
`,
	run: runImportTensorBoard,
}

func runImportTensorBoard(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	t := &tensorBoardImport{app: a}
	set.StringVar(&t.options.Entity, "entity", "", "")
	set.StringVar(&t.options.Project, "project", "", "")
	set.StringVar(&t.options.Group, "group", "", "")
	set.StringVar(&t.options.JobType, "job-type", "", "")
	tags := set.String("tags", "", "")
	offline, dryRun := set.Bool("offline", false, ""), set.Bool("dry-run", false, "")
	asJSON, noColor := set.Bool("json", false, ""), set.Bool("no-color", false, "")
	path, err := a.parseOne(c, set, args, "directory")
	if err != nil {
		return err
	}
	if *tags != "" {
		t.options.Tags = strings.Split(*tags, ",")
	}
	s, err := a.settings()
	if err == nil && s.Mode.Text == settings.ModeDisabled {
		err = &errors.InputError{Field: "mode", Value: secret.Redact(s.Mode.Text), Rule: "stores nothing; choose online or offline", Source: s.Mode.Source}
	}
	if err != nil {
		return err
	}
	t.root, t.dryRun = s.RunRoot(), *dryRun
	t.entity, t.project = cmp.Or(t.options.Entity, s.Entity.Text), cmp.Or(t.options.Project, s.Project.Text)
	t.out = a.syncOutput(!*noColor, *asJSON)
	upload := !*offline && !*dryRun && s.Mode.Text != settings.ModeOffline
	return t.run(ctx, path, upload, *asJSON)
}

// run imports the directory.
func (t *tensorBoardImport) run(ctx context.Context, path string, upload, asJSON bool) error {
	report, err := t.work(ctx, path, upload)
	status := syncStatus(report, err)
	if ctx.Err() != nil {
		status = exitInterrupted
	}
	if asJSON {
		if report != nil {
			err = nil // each run has its own
		}
		return t.app.runsDocument(append([]*importedRun{}, t.runs...), err, status)
	}
	switch {
	case ctx.Err() != nil:
		t.out.erase()
		t.out.printf("Interrupted. The same command continues.\n")
	case report != nil:
		t.out.summary(report)
		if err != nil {
			t.app.explainFailures(report, err, t.target(), t.logs)
			t.adviseRestarts()
		}
	case err != nil:
		t.out.erase()
		t.app.explainError(err)
	case len(t.logs) > 0 && !t.dryRun:
		t.out.printf("To upload them:\n\n    wandgo sync%s%s\n", targetFlags(t.target()), t.arguments())
	}
	if t.out.err != nil {
		return failed("print the outcome", t.out.err)
	}
	return exitCode(status)
}

// arguments are the directories of the logs, or the one of all runs if they are many.
func (t *tensorBoardImport) arguments() string {
	if len(t.logs) > maxDirs {
		return " " + plaintext.ShellPath(relative(t.root))
	}
	var text strings.Builder
	for _, dir := range t.logs {
		text.WriteString(" " + plaintext.ShellPath(relative(dir)))
	}
	return text.String()
}

// target is what the flags say about where the runs go.
func (t *tensorBoardImport) target() client.SyncOptions {
	return client.SyncOptions{Entity: t.options.Entity, Project: t.options.Project, Clean: true}
}

// work writes a run for each directory, and uploads them. report is nil if it did not come to
// that.
func (t *tensorBoardImport) work(ctx context.Context, path string, upload bool) (report *client.SyncReport, err error) {
	options := t.app.env.options()
	if t.out.live {
		options.Tracer = retries{report: t.out.waiting}
	}
	if t.uploads, err = client.New(options); err != nil {
		return nil, err
	}
	defer func() { _ = t.uploads.Close() }()
	options.Getenv = importEnv(t.app.env.get)
	options.Tracer = nil
	if t.writes, err = client.New(options); err != nil {
		return nil, err
	}
	defer func() { _ = t.writes.Close() }()
	dirs, err := tfevents.Find(ctx, t.app.env.path(path))
	if err != nil {
		return nil, pathInput(path, err)
	}
	if len(dirs) == 0 {
		return nil, &errors.InputError{Field: "log directory", Value: secret.Redact(path), Rule: "has no event files (events.out.tfevents.*)"}
	}
	for i, dir := range dirs {
		t.out.mark = fmt.Sprintf("[%d/%d] ", i+1, len(dirs))
		r := &importedRun{Dir: dir.Path, Name: runName(dir)}
		if err := t.one(ctx, dir, r); err != nil {
			if failed, ok := errors.AsType[*fs.PathError](err); ok && strings.HasPrefix(failed.Path, dir.Path) {
				err = pathInput(failed.Path, err)
			}
			return nil, fmt.Errorf("import %s: %w", printable(dir.Name), err)
		}
		t.runs = append(t.runs, r)
		t.done(r)
	}
	if !upload || len(t.logs) == 0 {
		return nil, nil //nolint:nilnil // nothing is uploaded
	}
	o := t.target()
	o.Progress = t.out.progress
	report, err = t.uploads.Sync(ctx, t.logs, o)
	t.match(report)
	return report, err
}

// pathInput makes an input error of a path that cannot be read.
func pathInput(path string, err error) error {
	failed, ok := errors.AsType[*fs.PathError](err)
	if !ok {
		return err
	}
	rule := "cannot be read: " + failed.Err.Error()
	if errors.Is(err, fs.ErrNotExist) {
		rule = "does not exist"
	}
	return &errors.InputError{Field: "log directory", Value: secret.Redact(path), Rule: rule}
}
