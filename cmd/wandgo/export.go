package main

import (
	"context"
	"strings"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/runpath"
	"github.com/wandgo/wandgo/internal/term"
)

func exportCommand() command {
	return command{
		name: "export", args: "PATH --output FILE [--format jsonl|csv] [flags]",
		summary: "write the histories of runs on the server to a file",
		long: `
Writes the history of a run, entity/project/run, or of all runs of a project,
entity/project, to a file. Each row has the run's id in _run. An export that was
interrupted continues where it was if it is started again with the same
arguments; until it is complete its rows are in FILE.part.

The formats are:
  jsonl  one JSON object for each row. NaN and infinities are null
  csv    a table with a column for each metric. Lists and objects are JSON

Flags:
  --output FILE, -o FILE  the file; it is replaced when the export is complete
  --format F              jsonl or csv (default: by the file's name, or jsonl)
  --keys K,...            only rows that have these metrics, and only them
  --filter JSON           only runs that match, such as
                          '{"config.lr":{"$lt":0.1}}'
  --quiet                 print no progress

The exit statuses are those of wandgo doctor.

Examples:
  wandgo export acme/vision/abcd1234 -o run.csv
  wandgo export acme/vision --keys loss,val/loss -o all.jsonl
`,
		run: runExport,
	}
}

func runExport(ctx context.Context, a *app, args []string) int {
	c := exportCommand()
	set := c.flags()
	var output string
	set.StringVar(&output, "output", "", "")
	set.StringVar(&output, "o", "", "")
	format, keys, filter := set.String("format", "", ""), set.String("keys", "", ""), set.String("filter", "", "")
	quiet := set.Bool("quiet", false, "")
	paths, status, ok := a.parsePaths(c, set, args)
	switch {
	case !ok:
		return status
	case len(paths) != 1:
		return a.usageError(c, "expected exactly one path: entity/project or entity/project/run")
	case output == "":
		return a.usageError(c, "expected a file: --output FILE")
	}
	if *format == "" {
		*format = "jsonl"
		if strings.HasSuffix(strings.ToLower(output), ".csv") {
			*format = "csv"
		}
	}
	if *format != "jsonl" && *format != "csv" {
		return a.usageError(c, "unknown format %q; choose jsonl or csv", *format)
	}
	return a.withClient(ctx, func(cl *client.Client) error {
		e := &export{api: api.New(cl), source: paths[0], filter: *filter}
		if *keys != "" {
			e.keys = strings.Split(*keys, ",")
		}
		if !*quiet && term.IsTerminal(a.stderr) {
			e.progress = &printer{w: a.stderr}
		}
		part, err := openPart(a.env.path(output)+".part", e.describe())
		if err != nil {
			return err
		}
		defer part.close()
		if err := e.read(ctx, part); err != nil {
			return err
		}
		return part.finish(a.env.path(output), *format)
	})
}

// export is one export of the histories of runs.
type export struct {
	api      *api.API
	source   string
	filter   string
	keys     []string
	progress *printer // nil if nothing is shown
}

// describe says what is exported, to find out whether a part belongs to it.
func (e *export) describe() string {
	return e.source + "\n" + e.filter + "\n" + strings.Join(e.keys, ",")
}

// read writes the rows that the part lacks to it.
func (e *export) read(ctx context.Context, p *part) error {
	var runs []*api.Run
	if at, err := runpath.Run(e.source); err == nil && at.Entity != "" {
		run, err := e.api.Run(ctx, e.source)
		if err != nil {
			return err
		}
		runs = append(runs, run)
	} else {
		q := api.Query{}
		if e.filter != "" {
			q.Filter = api.RawFilter(e.filter)
		}
		if runs, err = collect(e.api.Runs(ctx, e.source, q)); err != nil {
			return err
		}
	}
	if p.run != "" && !hasRun(runs, p.run) {
		return &errors.InputError{Field: "output", Rule: "has a part with rows of a run that is not exported any more; delete it to start over", Source: p.path}
	}
	for i, run := range runs {
		if p.complete[run.ID] {
			continue
		}
		var options []api.HistoryOption
		if len(e.keys) > 0 {
			options = append(options, api.Keys(e.keys...))
		}
		if run.ID == p.run {
			options = append(options, api.Range(p.step, 1<<62))
		}
		n := 0
		for row, err := range run.History(ctx, options...) {
			if err != nil {
				return err
			}
			if err := p.add(run.ID, row); err != nil {
				return err
			}
			n++
		}
		if e.progress != nil {
			e.progress.printf("%d/%d  %s  %s\n", i+1, len(runs), printable(run.ID), counted(n, "row"))
		}
	}
	return nil
}

func hasRun(runs []*api.Run, id string) bool {
	for _, r := range runs {
		if r.ID == id {
			return true
		}
	}
	return false
}
