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
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/syncrun"
)

var inspectCommand = command{
	name: "inspect", args: "[--json-lines | --summary] [--follow] path\n" +
		"       wandgo inspect --plot METRIC [--x METRIC] [--width N] [--height N]\n" +
		"                      [--ascii] [--follow] path\n" +
		"       wandgo inspect --show path\n" +
		"       wandgo inspect --media DIR path",
	summary: "print a log, plot a metric, show or extract media",
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
                 (8 to 1000; default 72, or less if the terminal is narrower)
  --height N     with --plot: height in lines (2 to 1000; default 16)
  --ascii        with --plot: use ASCII characters only (the default if TERM
                 is "dumb" or NO_UNICODE is set)
  --follow, -f   print records as they are written, until the run ends. With
                 --plot, which then needs a terminal: draw the plot again
                 whenever there are new points
  --show         list the run's images and other media: step, key, type, file,
                 size and caption. On a terminal with colors the last images of
                 each key are drawn (not with NO_COLOR)
  --media DIR    copy the run's images and other media to a directory, under
                 their names in the run, and print the names. Media in cells of
                 tables are below the name of the table's artifact, until they
                 are uploaded

The exit status is 33 if the path does not exist or has no run, or if the run
has no numbers to plot or no media files.

Examples:
  wandgo inspect wandb/latest-run | jq -c 'select(.kind == "history").row'
  wandgo inspect --summary wandb/latest-run
  wandgo inspect --plot train/loss wandb/latest-run
  wandgo inspect --follow wandb/latest-run | jq -c 'select(.row) | .row'
  wandgo inspect --show wandb/latest-run
  wandgo inspect --media pictures wandb/latest-run
`,
	run: runInspect,
}

// inspection is the command line of inspect.
type inspection struct {
	lines, summary bool
	metric, x      string
	media          string
	show           bool
	width, height  int
	ascii          bool
	follow         bool
}

func (i *inspection) flags(set *flag.FlagSet) {
	set.BoolVar(&i.lines, "json-lines", false, "")
	set.BoolVar(&i.summary, "summary", false, "")
	set.StringVar(&i.metric, "plot", "", "")
	set.StringVar(&i.x, "x", "_step", "")
	set.StringVar(&i.media, "media", "", "")
	set.BoolVar(&i.show, "show", false, "")
	set.IntVar(&i.width, "width", 0, "")
	set.IntVar(&i.height, "height", plot.DefaultHeight, "")
	set.BoolVar(&i.ascii, "ascii", false, "")
	set.BoolVar(&i.follow, "follow", false, "")
	set.BoolVar(&i.follow, "f", false, "")
}

// maxSide is the greatest width and height of a plot.
const maxSide = 1000

func runInspect(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	var i inspection
	i.flags(set)
	path, err := a.parseOne(c, set, args, "path")
	if err != nil {
		return err
	}
	modes := 0
	for _, on := range []bool{i.lines, i.summary, i.metric != "", i.media != "", i.show} {
		if on {
			modes++
		}
	}
	switch {
	case modes > 1:
		return usageError(c, "--json-lines, --summary, --plot, --show and --media are mutually exclusive")
	case i.follow && (i.summary || i.media != "" || i.show):
		return usageError(c, "--follow and --summary, --show or --media are mutually exclusive")
	case i.follow && i.metric != "" && !a.interactive():
		return usageError(c, "--follow with --plot needs a terminal")
	case isSet(set, "width") && i.width < plot.MinWidth || i.width > maxSide:
		return usageError(c, "--width must be from %d to %d", plot.MinWidth, maxSide)
	case i.height < plot.MinHeight || i.height > maxSide:
		return usageError(c, "--height must be from %d to %d", plot.MinHeight, maxSide)
	}
	logs, err := syncrun.Find(path)
	if err != nil {
		return err
	}
	if len(logs) > 1 {
		return &errors.InputError{Field: "path", Value: secret.Redact(path), Rule: fmt.Sprintf("has %d runs; choose one of them", len(logs))}
	}
	if err := unreadable(logs[0]); err != nil {
		return commandFailed(c, err)
	}
	switch {
	case i.summary:
		err = a.inspectSummary(logs[0])
	case i.follow && i.metric != "":
		err = a.followPlot(ctx, logs[0], i)
	case i.follow:
		err = a.followLines(ctx, logs[0])
	case i.media != "":
		err = a.extractMedia(ctx, logs[0], i.media)
	case i.show:
		err = a.showMedia(ctx, logs[0])
	case i.metric != "":
		err = a.plotMetric(ctx, logs[0], i)
	default:
		err = a.inspectLines(ctx, logs[0])
	}
	if ctx.Err() != nil {
		return exitCode(exitInterrupted)
	}
	if errors.Is(err, errors.ErrInvalidInput) { // the log lacks what was asked for
		return err
	}
	return commandFailed(c, err)
}

// unreadable is the error of a log that cannot be read, with its path.
func unreadable(l *syncrun.Log) error {
	if l.Err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", relative(l.Path), l.Err)
}

// inspectLines prints one line per record.
func (a *app) inspectLines(ctx context.Context, l *syncrun.Log) error {
	out := bufio.NewWriterSize(a.stdout, 64<<10)
	report := func(r *journal.Reader) {
		_ = out.Flush() // the next one fails, too
		a.reportDamage(r)
	}
	var line []byte
	for rec, err := range records(ctx, l.Path, report) {
		if err != nil {
			return errors.Join(out.Flush(), err)
		}
		line = append(appendRecord(line[:0], rec), '\n')
		if _, err := out.Write(plaintext.JSON(line)); err != nil {
			break // Flush returns the error
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
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
	p := newPlotter(i)
	for rec, err := range records(ctx, l.Path, a.reportDamage) {
		if err != nil {
			return err
		}
		if row, ok := rec.Body.(*record.History); ok {
			p.add(row)
		}
	}
	if err := p.err(); err != nil {
		return err
	}
	if _, err := fmt.Fprint(a.stdout, a.draw(p)); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// plotter collects the points of a plot.
type plotter struct {
	inspection
	xs, ys []float64
	found  bool            // a row has the metric, but perhaps not the one on the x-axis
	known  map[string]bool // other metrics, and whether they are numeric
}

func newPlotter(i inspection) *plotter { return &plotter{inspection: i, known: map[string]bool{}} }

// add adds the point of a row, if it has one.
func (p *plotter) add(row *record.History) {
	y, ok := valueOf(row, p.metric)
	p.found = p.found || ok
	x := float64(row.Step)
	if ok && p.x != "_step" {
		x, ok = valueOf(row, p.x)
	}
	if !ok {
		for n := range row.Items {
			name := metric.JoinName(row.Items[n].Path()...)
			_, isNumber := parseNumber(string(row.Items[n].Value))
			p.known[name] = p.known[name] || isNumber
		}
		return
	}
	p.xs, p.ys = append(p.xs, x), append(p.ys, y)
}

// err says that there are no points, and names metrics that have some.
func (p *plotter) err() error {
	if len(p.xs) > 0 {
		return nil
	}
	flag, name, rule := "--plot", p.metric, "no row has a number for it"
	if p.found {
		flag, name, rule = "--x", p.x, "no row has a number for it and for --plot"
	}
	return &errors.InputError{Field: flag, Value: secret.Redact(name), Source: flag, Rule: rule + hint(name, p.known)}
}

// draw returns the plot.
func (a *app) draw(p *plotter) string {
	ascii := p.ascii || a.env.get("TERM") == "dumb" || a.env.get("NO_UNICODE") != ""
	o := plot.Options{Width: p.width, Height: p.height, ASCII: ascii, Title: p.metric, XLabel: p.x}
	if p.width == 0 {
		o.MaxWidth = cmp.Or(columns(a.stdout, a.env.get), defaultColumns)
	}
	return plot.Draw(p.xs, p.ys, o)
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
	} else if near := didYouMean(name, names); near != "" {
		return near
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
