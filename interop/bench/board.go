package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/wandgo/wandgo/interop/official"
)

// boardSizes are the sizes of the measurements of wandgo board.
type boardSizes struct {
	rounds, rows, runs int
	limit              time.Duration
	alone              bool
}

// boardBench measures wandgo board and other viewers of runs.
type boardBench struct {
	boardSizes
	dir     string
	table   *viewerTable
	viewers []viewer
}

// benchBoard prints a table with a column per viewer.
func benchBoard(ctx context.Context, n boardSizes, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "wandgo-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	busy := loadAverage()
	b := &boardBench{boardSizes: n, dir: dir}
	began := time.Now()
	versions, sizes, err := b.prepare(ctx)
	if err != nil {
		return err
	}
	if err := b.run(ctx); err != nil {
		return err
	}
	b.table.line("installed, without Python", "", sizes...)
	fmt.Fprintf(out, "%s, %s\n%s\nMedians of at most %d starts; %.0f s in all. Load average before: %s.\n\n",
		time.Now().UTC().Format(time.DateOnly), machine(), strings.Join(versions, ", "), n.rounds, time.Since(began).Seconds(), busy)
	fmt.Fprintln(out, b.table)
	return nil
}

// viewerNotes say what the figures of the other viewers leave out.
const viewerNotes = `leet reads the same logs, on a terminal of 160 × 50; its rows are those at its axes.
TensorBoard keeps a sample of 1,000 points per chart, and trackio sends one of 3,000.
Only their servers were asked: what their pages wait before they ask is not in it.`

// prepare installs the viewers.
func (b *boardBench) prepare(ctx context.Context) (versions []string, sizes []string, err error) {
	board, size, err := buildBoard(ctx, b.dir)
	if err != nil {
		return nil, nil, err
	}
	b.viewers = []viewer{board}
	sizes = []string{bytesText(size)}
	if !b.alone {
		sdk, err := official.Find(ctx)
		if err != nil {
			return nil, nil, err
		}
		terminal, err := official.Environment(ctx, "pyte")
		if err != nil {
			return nil, nil, err
		}
		events, err := official.Environment(ctx, "tensorboard")
		if err != nil {
			return nil, nil, err
		}
		database, err := official.Environment(ctx, "trackio")
		if err != nil {
			return nil, nil, err
		}
		defer func() { b.table.notes = append(b.table.notes, viewerNotes) }()
		b.viewers = append(b.viewers, leet{sdk, terminal}, tensorBoard{events}, trackio{database})
		for i, installed := range []*official.SDK{sdk, events, database} {
			size, err := installed.Size()
			if err != nil {
				return nil, nil, err
			}
			versions = append(versions, []string{"leet of wandb ", "TensorBoard ", "trackio "}[i]+installed.Version)
			sizes = append(sizes, bytesText(size))
		}
	}
	b.table = newViewerTable(b.viewers)
	return versions, sizes, nil
}

// run measures everything.
func (b *boardBench) run(ctx context.Context) error {
	few := dataset{filepath.Join(b.dir, "few"), min(100, b.runs), 300, 3}
	many := dataset{filepath.Join(b.dir, "many"), b.runs, 300, 3}
	one := dataset{filepath.Join(b.dir, "one"), 1, b.rows, 1}
	ten := dataset{filepath.Join(b.dir, "ten"), 1, b.rows, 10}
	progress("writing the runs")
	if err := b.write(ctx, few, many, one, ten); err != nil {
		return err
	}
	for _, list := range []struct {
		dataset
		aim time.Duration
	}{{few, 50 * time.Millisecond}, {many, 200 * time.Millisecond}} {
		results := b.each(ctx, list.dataset, b.list)
		b.table.add(results, grouped(list.runs)+" runs listed", "listed", list.aim)
	}
	for _, long := range []struct {
		dataset
		all, warm time.Duration
	}{{one, time.Second, 100 * time.Millisecond}, {ten, 1500 * time.Millisecond, 250 * time.Millisecond}} {
		results := b.each(ctx, long.dataset, b.long)
		name := fmt.Sprintf("%s × %d", grouped(b.rows), long.metrics)
		b.table.add(results, name+": first points", "first", 200*time.Millisecond)
		b.table.add(results, "  all points", "all", long.all)
		b.table.add(results, "  with an index", "warm", long.warm)
		b.table.add(results, "  all charts once more", "again", 0)
		b.table.add(results, "  zoom into a hundredth", "zoom", 50*time.Millisecond)
		b.table.addMemory(results, "  peak memory", "memory", 200)
		b.table.addMemory(results, "  with an index", "warmMemory", 200)
	}
	live := dataset{filepath.Join(b.dir, "live"), 1, 1, 1}
	b.table.add(b.each(ctx, live, b.live), "a row on disk is shown", "live", 2*time.Second)
	return ctx.Err()
}

// write writes data sets for all viewers, those of different viewers at the same time.
func (b *boardBench) write(ctx context.Context, sets ...dataset) error {
	failed := make([]error, len(b.viewers))
	var all sync.WaitGroup
	for i, v := range b.viewers {
		all.Go(func() {
			for _, d := range sets {
				failed[i] = errors.Join(failed[i], v.write(ctx, d))
			}
		})
	}
	all.Wait()
	return errors.Join(failed...)
}

// viewerSample holds the figures of one start of a viewer: seconds, and bytes of memory.
type viewerSample map[string]float64

// each measures each viewer in turn. One that fails or takes very long is not started
// again.
func (b *boardBench) each(ctx context.Context, d dataset, measure func(ctx context.Context, v viewer, d dataset, out viewerSample) error) []viewerResult {
	results := make([]viewerResult, len(b.viewers))
	for range b.rounds {
		for i, v := range b.viewers {
			r := &results[i]
			if r.err != nil || r.slow || ctx.Err() != nil {
				continue
			}
			limited, cancel := context.WithTimeout(ctx, b.limit)
			out, began := viewerSample{}, time.Now()
			r.err = measure(limited, v, d, out)
			if limited.Err() != nil {
				r.err = errors.Join(limited.Err(), r.err)
			}
			cancel()
			r.samples = append(r.samples, out)
			r.slow = time.Since(began) > b.limit/5
			progress(fmt.Sprintf("%-12s %4d runs × %7d rows × %2d: %v %v", v.name(), d.runs, d.rows, d.metrics, out, r.err))
			switch {
			case r.err == nil:
			case !errors.Is(r.err, context.DeadlineExceeded):
				b.table.notes = append(b.table.notes, fmt.Sprintf("%s, %s × %d: %v", v.name(), grouped(d.rows), d.metrics, r.err))
			case out["rows"] > 0:
				b.table.notes = append(b.table.notes, fmt.Sprintf("%s had shown about %s of %s rows × %d after %v.",
					v.name(), grouped(int(out["rows"])), grouped(d.rows), d.metrics, b.limit))
			}
		}
	}
	return results
}

// open starts a viewer with a directory for its files.
func (b *boardBench) open(ctx context.Context, v viewer, d dataset) (view, string, error) {
	state, err := os.MkdirTemp(b.dir, "state-")
	if err != nil {
		return nil, "", err
	}
	opened, err := v.open(ctx, d, state)
	return opened, state, err
}

// list measures the time until all runs are listed.
func (b *boardBench) list(ctx context.Context, v viewer, d dataset, out viewerSample) error {
	w, _, err := b.open(ctx, v, d)
	if err != nil {
		return err
	}
	defer w.running().close()
	for {
		n, err := w.listed(ctx)
		if err != nil && !errors.Is(err, errNotYet) {
			return err
		}
		if n == d.runs {
			out["listed"] = time.Since(w.running().started).Seconds()
			return nil
		}
		pause(ctx, 2*time.Millisecond)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// long measures a run with many rows, and once more if there is an index then.
func (b *boardBench) long(ctx context.Context, v viewer, d dataset, out viewerSample) error {
	w, state, err := b.open(ctx, v, d)
	if err != nil {
		return err
	}
	err = b.charts(ctx, w, d, out)
	out["memory"] = float64(w.running().close())
	board, indexed := v.(*wandgoBoard)
	if err != nil || !indexed {
		return err
	}
	if err := board.await(ctx, d, state); err != nil {
		return err
	}
	if w, err = v.open(ctx, d, state); err != nil {
		return err
	}
	warm := viewerSample{}
	err = b.charts(ctx, w, d, warm)
	out["warm"], out["warmMemory"] = warm["all"], float64(w.running().close())
	return err
}

// charts measures the times until the charts show something and everything.
func (b *boardBench) charts(ctx context.Context, w view, d dataset, out viewerSample) error {
	for covered := 0; covered < d.rows; {
		series, err := w.series(ctx)
		if err == nil {
			covered, err = w.covered(series)
		}
		took := time.Since(w.running().started).Seconds()
		if err != nil && !errors.Is(err, errNotYet) {
			return err
		}
		if _, seen := out["first"]; !seen && covered > 0 {
			out["first"] = took
		}
		if covered > 0 {
			out["rows"] = float64(covered)
		}
		out["all"] = took
		if covered < d.rows { // not more often than a page would ask
			pause(ctx, 50*time.Millisecond)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	began := time.Now()
	if _, err := w.series(ctx); err != nil {
		return err
	}
	out["again"] = time.Since(began).Seconds()
	began = time.Now()
	err := w.zoom(ctx)
	if errors.Is(err, errNone) {
		return nil
	}
	out["zoom"] = time.Since(began).Seconds()
	return err
}

// live measures how long a new row takes until it is shown, the slowest of five.
func (b *boardBench) live(ctx context.Context, v viewer, d dataset, out viewerSample) (err error) {
	d.dir, err = os.MkdirTemp(b.dir, "live-")
	if err != nil {
		return err
	}
	add, end, err := v.grow(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	w, _, err := b.open(ctx, v, d)
	if err != nil {
		return err
	}
	defer w.running().close()
	var before []byte
	for n := range 6 {
		began := time.Now()
		if n > 0 {
			if err := add(); err != nil {
				return err
			}
		}
		for ctx.Err() == nil {
			series, err := w.series(ctx)
			if err != nil && !errors.Is(err, errNotYet) {
				return err
			}
			covered := 0
			if err == nil {
				covered, err = w.covered(series)
			}
			if err == nil && covered > 0 && !bytes.Equal(series, before) {
				break
			}
			pause(ctx, 10*time.Millisecond)
		}
		if n > 0 {
			out["live"] = max(out["live"], time.Since(began).Seconds())
		}
		// What is drawn in parts has an end, and rows come at different times of the viewer's clock.
		pause(ctx, time.Second+time.Duration(n)*170*time.Millisecond)
		if before, err = w.series(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// loadAverage is how many processes wanted to run in the last minute, "unknown" except on Linux.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	load, _, _ := strings.Cut(string(text), " ")
	return load
}

// progress tells the person who waits.
func progress(text string) { fmt.Fprintln(os.Stderr, text) }
