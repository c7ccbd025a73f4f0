package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"sync"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/diagnose"
)

// HistoryOption limits what [Run.History] reads.
type HistoryOption interface{ apply(*historyOptions) }

type historyOptions struct {
	keys     []string
	min, max int64 // max is exclusive
	parquet  ParquetReader
}

type historyOption func(*historyOptions)

func (f historyOption) apply(o *historyOptions) { f(o) }

// Keys reads only these metrics and _step, of the rows that have all of them. Rows and columns
// that are not needed are then not transferred.
func Keys(keys ...string) HistoryOption {
	return historyOption(func(o *historyOptions) { o.keys = append(o.keys, keys...) })
}

// Range reads only rows with steps from minStep up to but not including maxStep.
func Range(minStep, maxStep int64) HistoryOption {
	return historyOption(func(o *historyOptions) { o.min, o.max = max(minStep, 0), maxStep })
}

// ParquetReader reads the rows of a Parquet file in their order, with the columns in keys or, if
// keys is empty, all. Rows that lack one of the keys are left out.
type ParquetReader func(file io.ReaderAt, size int64, keys []string) iter.Seq2[Row, error]

// Parquet reads rows that the server has exported to Parquet files with r, if the server does
// not return them otherwise. Each file is downloaded to the temporary directory, and deleted.
func Parquet(r ParquetReader) HistoryOption {
	return historyOption(func(o *historyOptions) { o.parquet = r })
}

// History reads all rows of the run in the order of their steps, each once. It reads the rows
// that the run had when it was called; of a run in progress there may be more by its end. At
// most a few thousand rows are in memory.
//
// Servers move old rows to Parquet files. Some then return them as before; of others this
// package reads them if [Parquet] says how.
//
// Errors:
//   - an error that matches ErrRowsExported: rows are in Parquet files only, and there is no
//     option Parquet.
//   - *errors.PermissionError or *errors.RequestError: as from [API.Run].
//   - the error of ctx.
func (r *Run) History(ctx context.Context, options ...HistoryOption) iter.Seq2[Row, error] {
	o := historyOptions{max: math.MaxInt64}
	for _, option := range options {
		option.apply(&o)
	}
	return func(yield func(Row, error) bool) {
		s := &scan{run: r, historyOptions: o}
		if len(o.keys) > 0 && !slices.Contains(o.keys, stepKey) {
			s.keys = append([]string{stepKey}, o.keys...)
		}
		if err := s.read(ctx, yield); err != nil {
			yield(nil, after(s.rows, "rows", err))
		}
	}
}

const stepKey = "_step"

// scan is one reading of a history.
type scan struct {
	run *Run
	historyOptions
	rows   int   // yielded
	last   int64 // the step of the last row from a Parquet file
	reader rowReader
}

// errStopped is returned inside a scan if the loop over its rows has ended.
var errStopped = errors.New("the loop has ended")

// read yields the rows. The error is nil if the loop ended.
func (s *scan) read(ctx context.Context, yield func(Row, error) bool) error {
	end, err := s.run.lastStep(ctx)
	if err != nil {
		return err
	}
	s.max = min(s.max, end+1)
	low := s.min
	if low >= s.max {
		return nil
	}
	if low, err = s.exported(ctx, low, yield); err == nil {
		err = s.live(ctx, low, yield)
	}
	if errors.Is(err, errStopped) {
		return nil
	}
	return err
}

// page is a range of rows in JSON text, in the form of the server's response.
type page struct {
	lines [][]byte
	err   error
}

// live yields the rows from step low on, page by page. The next page is requested while the
// rows of one are read.
func (s *scan) live(ctx context.Context, low int64, yield func(Row, error) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	pages := make(chan page, 1)
	var fetching sync.WaitGroup
	defer fetching.Wait()
	defer cancel()
	p := &pager{run: s.run, keys: s.keys, low: low, stop: s.max, span: firstSpan}
	fetching.Go(func() {
		defer close(pages)
		for p.low < p.stop {
			lines, err := p.next(ctx)
			select {
			case pages <- page{lines, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	})
	for got := range pages {
		if got.err != nil {
			return got.err
		}
		for _, line := range got.lines {
			if err := s.yield(line, yield); err != nil {
				return err
			}
		}
	}
	return context.Cause(ctx)
}

func (s *scan) yield(line []byte, yield func(Row, error) bool) error {
	row, err := s.reader.read(line)
	if err != nil {
		return s.unreadable(err)
	}
	if len(s.keys) > 0 {
		row.finite()
	}
	return s.give(row, yield)
}

func (s *scan) give(row Row, yield func(Row, error) bool) error {
	if !yield(row, nil) {
		return errStopped
	}
	s.rows++
	return nil
}

// unreadable is the error of a row that is not JSON.
func (s *scan) unreadable(err error) error {
	at := s.run.path()
	return &errors.RequestError{
		Op: string(diagnose.OpReadRun), Entity: at.Entity, Project: at.Project, RunID: at.ID, BaseURL: s.run.api.client.BaseURL(),
		Cause: errors.ErrUnexpectedAnswer, Err: fmt.Errorf("read row: %w", err),
	}
}

// lastStep returns the step of the run's last row, or -1 if there is none.
func (r *Run) lastStep(ctx context.Context) (int64, error) {
	raw, err := r.historyKeys(ctx)
	if err != nil || len(raw) == 0 {
		return -1, err
	}
	var keys *struct {
		LastStep json.Number `json:"lastStep"`
	}
	if err := json.Unmarshal(raw, &keys); err != nil {
		return -1, (&scan{run: r}).unreadable(err)
	}
	if keys == nil {
		return -1, nil
	}
	last, err := keys.LastStep.Float64()
	if err != nil {
		return -1, (&scan{run: r}).unreadable(fmt.Errorf("last step: %w", err))
	}
	return int64(last), nil
}
