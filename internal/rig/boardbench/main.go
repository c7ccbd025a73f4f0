// Command boardbench measures wandgo board: how long it takes until runs are listed and
// charts can be drawn, how much memory that takes, and how late a new row is shown.
//
//	go run ./internal/rig/boardbench
//	go run ./internal/rig/boardbench -wandb ~/venv/bin/wandb -tensorboard ~/tb/bin/python -trackio ~/tr/bin/python
//
// It builds wandgo, writes logs to a temporary directory (see -dir), and starts the program
// anew for each measurement; "cold" has no index, and "warm" has one. A time counts from
// the start of the process, unless it is of a single request. The other flags name other
// tools to measure beside it, with as much data: the log of 1,000,000 rows for the official
// client's terminal program, which writes a summary of it, and as many values in the
// formats of the others, until all series are in memory.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

// options are the flags.
type options struct {
	dir                         string
	rows, runs                  int
	wandb, tensorboard, trackio string
	limit                       time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "", "directory for the logs and the program (default a temporary directory)")
	flag.IntVar(&o.rows, "rows", 1_000_000, "rows of the long runs")
	flag.IntVar(&o.runs, "runs", 1000, "runs of the long list")
	flag.StringVar(&o.wandb, "wandb", "", "the official client's command, to measure leet")
	flag.StringVar(&o.tensorboard, "tensorboard", "", "a Python with tensorboard")
	flag.StringVar(&o.trackio, "trackio", "", "a Python with trackio")
	flag.DurationVar(&o.limit, "limit", 5*time.Minute, "how long another tool may take")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := do(ctx, &o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "boardbench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func do(ctx context.Context, o *options, out io.Writer) (err error) {
	dir, err := os.MkdirTemp(o.dir, "boardbench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &bench{dir: dir, program: filepath.Join(dir, "wandgo"), out: out}
	if err := b.build(ctx); err != nil {
		return err
	}
	if err := b.lists(ctx, min(100, o.runs), o.runs); err != nil {
		return err
	}
	for _, metrics := range []int{1, 10} {
		if err := b.long(ctx, o.rows, metrics); err != nil {
			return err
		}
	}
	if err := b.live(ctx); err != nil {
		return err
	}
	return b.peers(ctx, o)
}
