package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/runpath"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/term"
)

var exportCommand = command{
	name: "export", args: "PATH --output FILE [--format FORMAT] [flags]",
	summary: "write the histories of runs to a file",
	long: `
Writes the history of a run, entity/project/run, or of all runs of a project,
entity/project, to a file. Each row has the run's id in _run; a metric with this
name is in _run_metric. An export that was interrupted continues where it was if
it is started again with the same arguments; until it is complete its rows are
in FILE.part.

A path of this disk exports the runs there: a log (run-ID.wandb), the directory
of a run, or a directory of runs. So does the id of a run in the directory
"wandb" of the settings. No request is made. If a run was resumed, its logs are
one history, as after a sync: the rows of an offline log follow those before;
where an online log repeats steps, the later one counts. The rows of a run that
is still running are those written so far.

The formats are:
  jsonl    one JSON object for each row. NaN and infinities are null
  csv      a table with a column for each metric. Lists and objects are JSON. A
           text that starts with =, +, -, @, a tab or a carriage return, and is
           no number, has ' before it, so that a spreadsheet does not run it
  parquet  a Parquet file with a column for each metric. Integers, NaN and
           infinities are kept. Lists and objects are JSON. It needs the program
           wandgo-parquet, beside wandgo or in PATH. To install it, in a clone
           of the repository:
             ` + installParquet + `

Flags:
  --output FILE, -o FILE  the file; it is replaced when the export is complete
  --format F              jsonl, csv or parquet (default: by the file's name;
                          jsonl if that has no extension)
  --keys K,...            only rows that have these metrics, and only them. If
                          there are none, nothing is written, and the exit
                          status is 33
  --runs ID,...           only these runs, in this order. It may be repeated
  --filter JSON           only runs that match, such as
                          '{"config.lr":{"$lt":0.1}}'; not for this disk
  --quiet                 print no progress, and not what was written

The exit statuses are those of wandgo doctor.

Examples:
  wandgo export acme/vision/abcd1234 -o run.csv
  wandgo export acme/vision --keys loss,val/loss -o all.jsonl
  wandgo export acme/vision --runs abcd1234,efgh5678 -o two.csv
  wandgo export wandb/latest-run -o run.parquet
`,
	run: runExport,
}

func runExport(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	var output string
	set.StringVar(&output, "output", "", "")
	set.StringVar(&output, "o", "", "")
	format, keys, filter := set.String("format", "", ""), set.String("keys", "", ""), set.String("filter", "", "")
	quiet := set.Bool("quiet", false, "")
	e := &export{command: c, notes: a.stderr}
	set.Func("runs", "", e.only)
	paths, err := a.parsePaths(c, set, args)
	switch {
	case err != nil:
		return err
	case len(paths) != 1:
		return usageError(c, "expected exactly one path: entity/project or entity/project/run")
	case len(e.ids) > 0 && *filter != "":
		return usageError(c, "--runs and --filter cannot be combined")
	case output == "":
		return usageError(c, "expected a file: --output FILE")
	case output == "-":
		return usageError(c, "the output must be a file, so that an export that is interrupted can continue")
	}
	formats := []string{"jsonl", "csv", "parquet"}
	if *format == "" {
		*format = cmp.Or(strings.TrimPrefix(strings.ToLower(filepath.Ext(output)), "."), "jsonl")
		if !slices.Contains(formats, *format) {
			return usageError(c, "no format has the extension of %s; choose one with --format jsonl, csv or parquet", filepath.Base(output))
		}
	}
	if !slices.Contains(formats, *format) {
		return usageError(c, "unknown format %q; choose jsonl, csv or parquet", *format)
	}
	e.source, e.filter = paths[0], *filter
	if *format == "parquet" { // before rows are read
		if e.converter = a.parquetWriter(); e.converter == "" {
			fmt.Fprint(a.stderr, noParquetWriter)
			return exitCode(exitInternal)
		}
	}
	if *keys != "" {
		e.keys = strings.Split(*keys, ",")
	}
	e.quiet = *quiet
	if !*quiet && term.IsTerminal(a.stderr) {
		e.progress = &printer{w: a.stderr}
	}
	to := a.env.path(output)
	logs, err := a.exportedLogs(paths[0])
	switch {
	case err != nil:
	case len(logs) == 0:
		return a.withClient(ctx, func(cl *client.Client) error {
			e.list = func() ([]exportedRun, error) { return e.onServer(ctx, api.New(cl)) }
			return movedRows(e.write(ctx, to, *format))
		})
	case *filter != "":
		return usageError(c, "--filter is for runs on the server, and %s is on this disk", paths[0])
	default:
		e.source, e.list = "disk "+logs[0].Path, func() ([]exportedRun, error) { return a.onDisk(logs, e.ids, e.keys) }
		err = e.write(ctx, to, *format)
	}
	return err
}

// export is one export of the histories of runs.
type export struct {
	command  command
	source   string
	filter   string
	ids      []string // of the runs to export, all if empty
	keys     []string
	list     func() ([]exportedRun, error)
	progress *printer // nil if nothing is shown
	notes    io.Writer
	quiet    bool
	// converter is the program that makes a Parquet file of rows, for that format.
	converter string
}

// exportedRun is a run with its rows from a step on, in the order of their steps.
type exportedRun struct {
	id   string
	rows func(ctx context.Context, from int64) iter.Seq2[api.Row, error]
}

// only adds the runs of a list of ids, each once.
func (e *export) only(list string) error {
	for id := range strings.SplitSeq(list, ",") {
		if id = strings.TrimSpace(id); id == "" {
			return errors.New("an id of a run is empty")
		}
		if !slices.Contains(e.ids, id) {
			e.ids = append(e.ids, id)
		}
	}
	return nil
}

// describe says what is exported, to find out whether a part belongs to it.
func (e *export) describe() string {
	text := e.source + "\n" + e.filter + "\n" + strings.Join(e.keys, ",")
	if len(e.ids) > 0 {
		text += "\n" + strings.Join(e.ids, ",")
	}
	return text
}

// write exports the runs to a file.
func (e *export) write(ctx context.Context, to, format string) (err error) {
	defer func() {
		switch {
		case err == nil:
		case exitStatus(err) == exitInternal && ctx.Err() == nil:
			err = commandFailed(e.command, err)
		default:
			err = fmt.Errorf("export: %w", err)
		}
	}()
	p, err := openPart(to+partSuffix, e.describe())
	if err != nil {
		return err
	}
	defer func() {
		p.close()
		if err != nil && ctx.Err() != nil {
			e.interrupted(p)
		}
	}()
	runs, err := e.read(ctx, p)
	if err != nil {
		return err
	}
	if len(e.keys) > 0 && p.rows == 0 {
		return &errors.InputError{Field: "--keys", Value: secret.Redact(strings.Join(e.keys, ",")), Source: "--keys", Rule: "no row has all of these metrics"}
	}
	if err := p.finish(ctx, to, format, e.converter); err != nil {
		return err
	}
	if !e.quiet {
		fmt.Fprintf(e.notes, "%s of %s in %s\n", counted(p.rows, "row"), counted(runs, "run"), printable(relative(to)))
	}
	return nil
}

// movedRows gives rows that the server has in Parquet files only a remedy for the command line,
// which has no option to read them.
func movedRows(err error) error {
	moved, ok := errors.AsType[*errors.RequestError](err)
	if !ok || !errors.Is(err, errors.ErrRowsExported) {
		return err
	}
	run := strings.Join([]string{moved.Entity, moved.Project, moved.RunID}, "/")
	return remedied{fmt.Errorf("export run %s: the server has rows of it in Parquet files only", printable(run)), errors.ErrRowsExported, `
wandgo export does not read these files. If the run's directory is on a disk,
export it from there:

    wandgo export wandb/run-DATE-` + plaintext.ShellWord(moved.RunID) + ` -o FILE

Otherwise, read the history with a Go program: contrib/parquet/README.md in the
repository of wandgo shows how.`}
}

// interrupted says what an export leaves that a signal stopped, and how it continues.
func (e *export) interrupted(p *part) {
	if p.rows == 0 {
		fmt.Fprintln(e.notes, "Interrupted before a row was read. Nothing was written.")
		return
	}
	fmt.Fprintf(e.notes, "Interrupted. The rows read so far are in\n\n    %s\n\n"+
		"The same command continues there. To start over, delete this file.\n", printable(p.path))
}

// onServer lists the runs on the server.
func (e *export) onServer(ctx context.Context, server *api.API) ([]exportedRun, error) {
	var found []*api.Run
	at, err := runpath.Run(e.source)
	switch isRun := err == nil && at.Entity != ""; {
	case isRun && len(e.ids) > 0:
		return nil, &errors.InputError{Field: "path", Value: secret.Redact(e.source), Rule: "is one run; --runs is for the runs of a project"}
	case len(e.ids) > 0:
		project, err := runpath.Project(e.source)
		if err != nil {
			return nil, err
		}
		for _, id := range e.ids {
			project.ID = id
			run, err := server.Run(ctx, project.String())
			if err != nil {
				return nil, err
			}
			found = append(found, run)
		}
	case isRun:
		run, err := server.Run(ctx, e.source)
		if err != nil {
			return nil, err
		}
		found = append(found, run)
	default:
		q := api.Query{}
		if e.filter != "" {
			q.Filter = api.RawFilter(e.filter)
		}
		if found, err = collect(server.Runs(ctx, e.source, q)); err != nil {
			return nil, err
		}
	}
	runs := make([]exportedRun, len(found))
	for i, run := range found {
		runs[i] = exportedRun{run.ID, func(ctx context.Context, from int64) iter.Seq2[api.Row, error] {
			return run.History(ctx, api.Keys(e.keys...), api.Range(from, math.MaxInt64))
		}}
	}
	return runs, nil
}

// read writes the rows that the part lacks to it, and returns the number of runs.
func (e *export) read(ctx context.Context, p *part) (int, error) {
	runs, err := e.list()
	if err != nil {
		return 0, err
	}
	if p.run != "" && !slices.ContainsFunc(runs, func(r exportedRun) bool { return r.id == p.run }) {
		return 0, badOutput(p.path, "has a part with rows of a run that is not exported any more; to start over, delete "+relative(p.path))
	}
	for i, run := range runs {
		if p.complete[run.id] {
			continue
		}
		from := int64(0)
		if run.id == p.run {
			from = p.step
		}
		n := 0
		for row, err := range run.rows(ctx, from) {
			if err != nil {
				return 0, err
			}
			if err := p.add(run.id, row); err != nil {
				return 0, err
			}
			n++
		}
		if e.progress != nil {
			e.progress.printf("%d/%d  %s  %s\n", i+1, len(runs), printable(run.id), counted(n, "row"))
		}
	}
	return len(runs), nil
}
