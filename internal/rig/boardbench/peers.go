package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The programs that write as much data for other tools and read it again, as their servers
// do. Each prints the seconds of the reading.
const (
	tensorboardProgram = `
import sys, time, math
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.backend.event_processing import event_accumulator
dir, rows = sys.argv[1], int(sys.argv[2])
w = EventFileWriter(dir)
for i in range(rows):
    values = [summary_pb2.Summary.Value(tag="train/m%d" % m, simple_value=math.sin(i / 50000 + m)) for m in range(10)]
    w.add_event(event_pb2.Event(step=i, wall_time=i, summary=summary_pb2.Summary(value=values)))
w.close()
began = time.time()
a = event_accumulator.EventAccumulator(dir, size_guidance={"scalars": 0})
a.Reload()
assert len(a.Scalars("train/m9")) == rows
print(time.time() - began)
`
	trackioProgram = `
import sys, time, math, os
os.environ["TRACKIO_DIR"] = sys.argv[1]
from trackio.sqlite_storage import SQLiteStorage
rows = int(sys.argv[2])
for start in range(0, rows, 10000):
    batch = [{"train/m%d" % m: math.sin(i / 50000 + m) for m in range(10)} for i in range(start, min(start + 10000, rows))]
    SQLiteStorage.bulk_log(project="p", run="r", metrics_list=batch, steps=list(range(start, start + len(batch))))
began = time.time()
logs = SQLiteStorage.get_logs("p", "r")
assert len(logs) >= rows or len(logs) > 0
print(time.time() - began, len(logs), "rows")
`
)

// peers measures the tools that were named.
func (b *bench) peers(ctx context.Context, o *options) error {
	if o.wandb != "" {
		runs, err := filepath.Glob(filepath.Join(b.dir, "long10", "wandb", "offline-run-*"))
		if err != nil || len(runs) == 0 {
			return fmt.Errorf("no long run: %w", err)
		}
		b.peer(ctx, o, fmt.Sprintf("leet, summary of %d rows × 10", o.rows), []string{o.wandb, "beta", "leet", "inspect", "--summary", runs[0]}, false)
	}
	for _, p := range []struct{ name, python, code string }{
		{"TensorBoard", o.tensorboard, tensorboardProgram}, {"trackio", o.trackio, trackioProgram},
	} {
		if p.python != "" {
			args := []string{p.python, "-c", p.code, filepath.Join(b.dir, p.name), strconv.Itoa(o.rows)}
			b.peer(ctx, o, fmt.Sprintf("%s, %d rows × 10 read, in seconds", p.name, o.rows), args, true)
		}
	}
	return nil
}

// peer runs another tool, and prints its time, or what it says itself.
func (b *bench) peer(ctx context.Context, o *options, name string, args []string, says bool) {
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	limited := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // the caller names it
	limited.Stderr = os.Stderr
	began := time.Now()
	text, err := limited.Output()
	took := time.Since(began)
	memory := "unknown"
	if limited.ProcessState != nil {
		memory = peak(limited.ProcessState)
	}
	switch {
	case ctx.Err() != nil:
		b.print(name, fmt.Sprintf("not done after %v; peak memory %s", o.limit, memory))
	case err != nil:
		b.print(name, err)
	case says:
		b.print(name, strings.TrimSpace(string(text))+"; peak memory "+memory)
	default:
		b.print(name, ms(took)+"; peak memory "+memory)
	}
}
