package main

import (
	"bufio"
	"cmp"
	"context"
	"flag"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/plot"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/syncrun"
)

func inspectCommand() command {
	return command{
		name: "inspect", args: "[--json-lines | --summary] path\n" +
			"       wandgo inspect --plot METRIC [--x METRIC] [--width N] [--height N]\n" +
			"                      [--ascii] path",
		summary: "print a run's log, or plot one of its metrics",
		long: `
Prints the records of a log (run-ID.wandb), one JSON object per line, in order.
The log may be written by wandgo or by the official client. The path is the log
or the directory of the run. Damaged parts are skipped and listed on stderr.

Flags:
  --json-lines   one line per record (the default): num, offset, kind, and the
                 fields of the record. NaN and infinities are strings
  --summary      the whole log as one JSON document: run, config, summary,
                 metrics, telemetry, environments, exit, preempting, rows,
                 events, records, lastStep, files, badItems, damage (offset,
                 length, reason), damagedParts
  --plot METRIC  plot a metric over the steps. Dots separate nested keys
  --x METRIC     with --plot: the metric on the x-axis (default _step)
  --width N      with --plot: width in characters, without the labels
                 (default 72, or less if the terminal is narrower)
  --height N     with --plot: height in lines (default 16)
  --ascii        with --plot: use ASCII characters only (the default if TERM
                 is "dumb" or NO_UNICODE is set)

The exit status is 33 if the path does not exist or has no run.

Examples:
  wandgo inspect wandb/latest-run | jq -c 'select(.kind == "history").row'
  wandgo inspect --summary wandb/latest-run
  wandgo inspect --plot train/loss wandb/latest-run
`,
		run: runInspect,
	}
}

// inspection is the command line of inspect.
type inspection struct {
	lines, summary bool
	metric, x      string
	width, height  int
	ascii          bool
}

func (i *inspection) flags(set *flag.FlagSet) {
	set.BoolVar(&i.lines, "json-lines", false, "")
	set.BoolVar(&i.summary, "summary", false, "")
	set.StringVar(&i.metric, "plot", "", "")
	set.StringVar(&i.x, "x", "_step", "")
	set.IntVar(&i.width, "width", 0, "")
	set.IntVar(&i.height, "height", plot.DefaultHeight, "")
	set.BoolVar(&i.ascii, "ascii", false, "")
}

// maxSide is the greatest width and height of a plot.
const maxSide = 1000

func runInspect(ctx context.Context, a *app, args []string) int {
	c := inspectCommand()
	set := c.flags()
	var i inspection
	i.flags(set)
	paths, status, ok := a.parsePaths(c, set, args)
	if !ok {
		return status
	}
	modes := 0
	for _, on := range []bool{i.lines, i.summary, i.metric != ""} {
		if on {
			modes++
		}
	}
	switch {
	case modes > 1:
		return a.usageError(c, "--json-lines, --summary and --plot are mutually exclusive")
	case len(paths) != 1:
		return a.usageError(c, "expected exactly one path")
	case i.height < 1 || isSet(set, "width") && i.width < 1 || max(i.width, i.height) > maxSide:
		return a.usageError(c, "--width and --height must be from 1 to %d", maxSide)
	}
	logs, err := syncrun.Find(paths[0])
	if err != nil {
		a.explainError(err)
		return exitStatus(err)
	}
	if len(logs) > 1 {
		err = fmt.Errorf("%s has %d runs; choose one of them (wandgo ls lists them)", paths[0], len(logs))
	}
	if err == nil {
		err = logs[0].Err
	}
	if err != nil {
		return a.commandFailed(c, err)
	}
	switch {
	case i.summary:
		err = a.inspectSummary(logs[0])
	case i.metric != "":
		err = a.plotMetric(ctx, logs[0], i)
	default:
		err = a.inspectLines(ctx, logs[0])
	}
	switch {
	case ctx.Err() != nil:
		return exitInterrupted
	case err != nil:
		return a.commandFailed(c, err)
	}
	return exitAllowed
}

// inspectLines prints one line per record.
func (a *app) inspectLines(ctx context.Context, l *syncrun.Log) error {
	r, err := journal.Open(l.Path)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	out := bufio.NewWriterSize(a.stdout, 64<<10)
	var line []byte
	for rec, err := range r.All() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return errors.Join(out.Flush(), err)
		}
		line = append(appendRecord(line[:0], rec), '\n')
		if _, err := out.Write(plaintext.JSON(line)); err != nil {
			return fmt.Errorf("print: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	a.reportDamage(r)
	return nil
}

func (a *app) reportDamage(r *journal.Reader) {
	parts, total := r.Skipped()
	for _, part := range parts {
		fmt.Fprintf(a.stderr, "damaged: %s\n", part)
	}
	if more := total - int64(len(parts)); more > 0 {
		fmt.Fprintf(a.stderr, "and %d more damaged parts\n", more)
	}
}

// inspectSummary prints the whole log as one document.
func (a *app) inspectSummary(l *syncrun.Log) error {
	s, err := syncrun.Read(l)
	if err != nil {
		return err
	}
	text, err := logDocument(s)
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(plaintext.JSON(text))
	return err
}

// plotMetric plots a metric.
func (a *app) plotMetric(ctx context.Context, l *syncrun.Log, i inspection) error {
	r, err := journal.Open(l.Path)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	var xs, ys []float64
	known := make(map[string]bool) // metrics, and whether they are numeric
	for rec, err := range r.All() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		row, ok := rec.Body.(*record.History)
		if !ok {
			continue
		}
		y, ok := valueOf(row, i.metric)
		if !ok {
			for n := range row.Items {
				name := metric.JoinName(row.Items[n].Path()...)
				_, isNumber := parseNumber(string(row.Items[n].Value))
				known[name] = known[name] || isNumber
			}
			continue
		}
		x := float64(row.Step)
		if i.x != "_step" {
			if x, ok = valueOf(row, i.x); !ok {
				continue
			}
		}
		xs, ys = append(xs, x), append(ys, y)
	}
	a.reportDamage(r)
	if len(xs) == 0 {
		return fmt.Errorf("no row has a number for %q%s", i.metric, hint(i.metric, known))
	}
	ascii := i.ascii || a.env.get("TERM") == "dumb" || a.env.get("NO_UNICODE") != ""
	o := plot.Options{Width: i.width, Height: i.height, ASCII: ascii, Title: i.metric, XLabel: i.x}
	if i.width == 0 {
		o.MaxWidth = cmp.Or(columns(a.stdout, a.env.get), defaultColumns)
	}
	text := plot.Draw(xs, ys, o)
	if _, err := fmt.Fprint(a.stdout, text); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// hint describes a metric without numbers, and names some that have them.
func hint(name string, known map[string]bool) string {
	var names []string
	for k, numbers := range known {
		if numbers && !strings.HasPrefix(k, "_") {
			names = append(names, k)
		}
	}
	slices.Sort(names)
	about := ""
	if numbers, there := known[name]; there && !numbers {
		about = ": its values are not numbers"
	} else if near := errors.Suggest(name, names); len(near) > 0 {
		return "; did you mean " + near[0] + "?"
	}
	const most = 10
	if len(names) == 0 {
		return about
	}
	more := ""
	if len(names) > most {
		names, more = names[:most], ", …"
	}
	return about + "; numeric metrics are " + strings.Join(names, ", ") + more
}

// valueOf returns the number that a row has for a metric. The name matches a key as
// it is, or nested keys joined by dots.
func valueOf(row *record.History, name string) (float64, bool) {
	for n := range row.Items {
		it := &row.Items[n]
		path := it.Path()
		if len(path) == 1 && path[0] == name || len(path) > 1 && strings.Join(path, ".") == name {
			return parseNumber(string(it.Value))
		}
	}
	return 0, false
}

func parseNumber(text string) (float64, bool) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}
