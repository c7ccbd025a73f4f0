package main

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
)

// writer writes the log of a run.
type writer struct {
	dir  *rundir.Dir
	log  *journal.Writer
	line []byte
	rows int
}

// create creates the n-th run below dir.
func create(dir string, n int) (*writer, error) {
	id := runName(n)
	now := time.Now().Add(time.Duration(n) * time.Second)
	d, err := rundir.Create(filepath.Join(dir, "wandb"), id, false, now)
	if err != nil {
		return nil, err
	}
	log, err := journal.Create(d.Journal(), journal.Options{})
	if err != nil {
		return nil, err
	}
	rate := strconv.FormatFloat(math.Pow(10, -float64(n%5)), 'g', -1, 64)
	return &writer{dir: d, log: log}, log.Append(&record.Run{
		ID: id, Entity: "jo", Project: "bench", DisplayName: "bench-" + id, StartTime: now,
		Config: &record.Config{Update: []record.Item{{Key: "lr", Value: []byte(rate)}, {Key: "seed", Value: strconv.AppendInt(nil, int64(n), 10)}}},
	})
}

// row adds a row of metrics.
func (w *writer) row(metrics int) error {
	line := w.line[:0]
	line = append(line, '{')
	for m := range metrics {
		line = fmt.Appendf(line, `"train/m%d":`, m)
		line = strconv.AppendFloat(line, value(w.rows, m), 'g', -1, 64)
		line = append(line, ',')
	}
	line = append(line, `"_runtime":`...)
	line = strconv.AppendFloat(line, float64(w.rows)/100, 'g', -1, 64)
	line = append(line, `,"_step":`...)
	line = append(strconv.AppendInt(line, int64(w.rows), 10), '}')
	w.line = line
	w.rows++
	return w.log.AppendRow(&record.Row{Line: line, Step: int64(w.rows - 1)})
}

// value is a noisy wave.
func value(row, metric int) float64 {
	x := float64(row)
	return math.Sin(x/50_000+float64(metric)) + math.Sin(x*12.9898)/10
}

func (w *writer) finish() error {
	if err := w.log.Append(&record.Exit{}); err != nil {
		return err
	}
	return w.log.Close()
}

// runName is the id of the n-th run.
func runName(n int) string { return fmt.Sprintf("run%05d", n) }

// growLog starts a run with one row.
func growLog(dir string, metrics int) (add, end func() error, err error) {
	w, err := create(dir, 0)
	if err != nil {
		return nil, nil, err
	}
	add = func() error {
		if err := w.row(metrics); err != nil {
			return err
		}
		return w.log.Flush()
	}
	return add, w.finish, add()
}

// writeLogs writes runs of so many rows.
func writeLogs(dir string, runs, rows, metrics int) error {
	for n := range runs {
		w, err := create(dir, n)
		for i := 0; err == nil && i < rows; i++ {
			err = w.row(metrics)
		}
		if err == nil {
			err = w.finish()
		}
		if err != nil {
			return err
		}
	}
	return nil
}
