package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/journal"
)

// errVerdict is the result of a soak that found a problem.
var errVerdict = errors.New("a check failed")

// judge prints the result of each check.
func (w *watch) judge(ctx context.Context, o *options, runs []*client.Run, finished error, leaked int) error {
	ctx = context.WithoutCancel(ctx)
	fine := true
	say := func(ok bool, format string, args ...any) {
		mark := "ok  "
		if !ok {
			mark, fine = "FAIL", false
		}
		fmt.Fprintf(w.out, "%s %s\n", mark, fmt.Sprintf(format, args...))
	}
	say(finished == nil, "all runs finished, %v after the last row: %v", w.finishing.Round(1e8), finished)
	say(leaked == 0, "goroutines left over: %d", leaked)

	var onServer, onDisk int64
	var wrong []string
	for i, run := range runs {
		want := w.rows[i].Load()
		t, err := w.at.ask(ctx, run.ID(), want)
		if err != nil {
			return err
		}
		onServer += int64(t.Rows)
		switch {
		case t.Wrong != "":
			wrong = append(wrong, run.ID()+" on the server: "+t.Wrong)
		case t.State != "finished":
			wrong = append(wrong, run.ID()+" is "+t.State)
		}
		n, err := journalRows(run.Dir())
		onDisk += n
		if err == nil && n != want {
			err = fmt.Errorf("%d rows, want %d", n, want)
		}
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s on disk: %v", run.ID(), err))
		}
	}
	say(len(wrong) == 0, "%d rows logged, %d on the server, %d on disk; each once and in order; wrong runs: %d %v",
		w.logged(), onServer, onDisk, len(wrong), wrong[:min(len(wrong), 5)])

	n := len(w.samples)
	if n < 30 {
		say(true, "too few samples to judge memory: %d", n)
	} else {
		second, last := mean(w.samples[n/3:2*n/3]), mean(w.samples[2*n/3:])
		for _, q := range []struct {
			name         string
			second, last float64
			unit         string
		}{
			{"RSS", second.rss / 1e6, last.rss / 1e6, " MB"},
			{"heap", second.heap / 1e6, last.heap / 1e6, " MB"},
			{"goroutines", second.goroutines, last.goroutines, ""},
		} {
			growth := q.last/max(q.second, 1) - 1
			say(growth <= o.tolerance, "%s: %.1f%s in the second third, %.1f%s in the last: %+.1f%%", q.name, q.second, q.unit, q.last, q.unit, 100*growth)
		}
	}
	if !fine {
		return errVerdict
	}
	return nil
}

// average is the mean of samples.
type average struct{ rss, heap, goroutines float64 }

func mean(samples []sample) average {
	var a average
	for _, s := range samples {
		a.rss += float64(s.rss)
		a.heap += float64(s.heap)
		a.goroutines += float64(s.goroutines)
	}
	n := float64(len(samples))
	return average{a.rss / n, a.heap / n, a.goroutines / n}
}

// journalRows counts the rows on disk and checks their order.
func journalRows(dir string) (n int64, err error) {
	logs, err := filepath.Glob(filepath.Join(dir, "*.wandb"))
	if err != nil || len(logs) != 1 {
		return 0, fmt.Errorf("%d journals in %s", len(logs), dir)
	}
	r, err := journal.Open(logs[0])
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	state, err := journal.Replay(r, &journal.Handler{History: func(line []byte, _ int64) error {
		if problem := checkRow(line, int(n)); problem != "" {
			return errors.New(problem)
		}
		n++
		return nil
	}})
	if err == nil && len(state.Skipped) > 0 {
		err = fmt.Errorf("%d damaged parts", len(state.Skipped))
	}
	return n, err
}
