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
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/jsonx"
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
// keys is empty, all. Rows without one of the keys are skipped.
type ParquetReader func(file io.ReaderAt, size int64, keys []string) iter.Seq2[Row, error]

// Parquet reads rows that the server has exported to Parquet files with r, if the server does
// not return them otherwise. Each file is downloaded to the temporary directory, and deleted.
func Parquet(r ParquetReader) HistoryOption {
	return historyOption(func(o *historyOptions) { o.parquet = r })
}

// History reads all rows of the run in the order of their steps, each once. It reads the rows
// that the run had when it was called; of a run in progress there may be more by its end. At
// most two responses of 10,000 rows each and 2,000 decoded rows are in memory.
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
			yield(nil, after(s.rows, "rows of "+r.String(), err))
		}
	}
}

const stepKey = "_step"

// scan is one reading of a history.
type scan struct {
	run *Run
	historyOptions
	rows int   // yielded
	last int64 // the step of the last row from a Parquet file
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

// batchRows is how many rows are decoded before the loop gets the first of them.
const batchRows = 500

// batch is a few rows, and the error after them.
type batch struct {
	rows []Row
	err  error
}

// live yields the rows from step low on, page by page. While the loop has the rows of one batch, the
// next ones are decoded and the next page is requested.
func (s *scan) live(ctx context.Context, low int64, yield func(Row, error) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	defer working.Wait()
	defer cancel()
	pages, batches := make(chan [][]byte), make(chan batch, 2)
	var failed error // why there are no more pages
	working.Go(func() {
		defer close(pages)
		p := &pager{run: s.run, keys: s.keys, low: low, stop: s.max, span: firstSpan}
		for p.low < p.stop {
			lines, err := p.next(ctx)
			if err != nil {
				failed = err
				return
			}
			if !send(ctx, pages, lines) {
				return
			}
		}
	})
	working.Go(func() {
		defer close(batches)
		var reader jsonx.ObjectReader
		for lines := range pages {
			for some := range slices.Chunk(lines, batchRows) {
				b := s.decode(&reader, some)
				if !send(ctx, batches, b) || b.err != nil {
					return
				}
			}
		}
		if failed != nil {
			send(ctx, batches, batch{err: failed})
		}
	})
	for b := range batches {
		for _, row := range b.rows {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := s.give(row, yield); err != nil {
				return err
			}
		}
		if b.err != nil {
			return b.err
		}
	}
	return context.Cause(ctx)
}

// send sends v unless ctx ends.
func send[T any](ctx context.Context, to chan<- T, v T) bool {
	select {
	case to <- v:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *scan) decode(reader *jsonx.ObjectReader, lines [][]byte) batch {
	b := batch{rows: make([]Row, 0, len(lines))}
	for _, line := range lines {
		object, err := reader.Read(line)
		if err != nil {
			b.err = s.run.unreadable(err)
			break
		}
		row := Row(object)
		if len(s.keys) > 0 {
			row.finite()
		}
		b.rows = append(b.rows, row)
	}
	return b
}

func (s *scan) give(row Row, yield func(Row, error) bool) error {
	if !yield(row, nil) {
		return errStopped
	}
	s.rows++
	return nil
}

// unreadable is the error of a row that is not JSON.
func (r *Run) unreadable(err error) error {
	return r.api.failed(diagnose.OpReadRun, r.path(), errors.RequestError{Cause: errors.ErrUnexpectedAnswer, Err: fmt.Errorf("read row: %w", err)})
}

// lastStep returns the step of the run's last row, or -1.
func (r *Run) lastStep(ctx context.Context) (int64, error) {
	at := r.path()
	resp, err := graphql.RunHistoryKeys(ctx, r.api.conn.GraphQL, gqlclient.Optional(at.Entity), &at.Project, at.ID)
	if err == nil && (resp.Project == nil || resp.Project.Run == nil) {
		err = errNoRun
	}
	if err != nil {
		return -1, r.explain(ctx, diagnose.OpReadRun, err)
	}
	raw := gqlclient.Value(resp.Project.Run.HistoryKeys)
	if len(raw) == 0 {
		return -1, nil
	}
	var keys *struct {
		LastStep json.Number `json:"lastStep"`
	}
	if err := json.Unmarshal(raw, &keys); err != nil {
		return -1, r.unreadable(err)
	}
	if keys == nil {
		return -1, nil
	}
	last, err := keys.LastStep.Float64()
	if err != nil {
		return -1, r.unreadable(fmt.Errorf("last step: %w", err))
	}
	return int64(last), nil
}
