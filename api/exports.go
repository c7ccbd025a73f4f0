package api

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
)

// exported yields the rows from step low on that are in Parquet files only, and returns the step
// from which on the server has them. It asks for the files only if the server has no row at low,
// where most scans begin.
func (s *scan) exported(ctx context.Context, low int64, yield func(Row, error) bool) (int64, error) {
	shown, err := s.shows(ctx, low, low+1)
	if err != nil || shown {
		return low, err
	}
	urls, firstLive, err := s.exports(ctx)
	if err != nil || len(urls) == 0 || firstLive <= low {
		return low, err
	}
	if shown, err = s.shows(ctx, low, firstLive); err != nil || shown {
		return low, err
	}
	if s.parquet == nil {
		return low, s.run.api.failed(diagnose.OpReadRun, s.run.path(), errors.RequestError{Cause: errors.ErrRowsExported})
	}
	s.last = low - 1
	for _, url := range urls {
		if err := s.file(ctx, url, firstLive, yield); err != nil {
			return low, err
		}
	}
	return max(firstLive, s.last+1), nil
}

// shows reports whether the server returns a row with a step from low up to but not including
// high.
func (s *scan) shows(ctx context.Context, low, high int64) (bool, error) {
	lines, err := s.run.rows(ctx, nil, low, high, 1)
	if err != nil {
		return false, s.run.explain(ctx, diagnose.OpReadRun, err)
	}
	return len(lines) > 0, nil
}

// exports returns the addresses of the Parquet files and the first step that is in none.
func (s *scan) exports(ctx context.Context) (urls []string, firstLive int64, err error) {
	at := s.run.path()
	resp, err := graphql.RunExports(ctx, s.run.api.conn.GraphQL, gqlclient.Optional(at.Entity), &at.Project, at.ID, []string{stepKey})
	if err == nil && (resp.Project == nil || resp.Project.Run == nil) {
		err = errNoRun
	}
	if err != nil {
		return nil, 0, s.run.explain(ctx, diagnose.OpReadRun, err)
	}
	firstLive = s.max
	for _, raw := range resp.Project.Run.ParquetHistory.LiveData {
		var row struct {
			Step *json.Number `json:"_step"`
		}
		if json.Unmarshal(raw, &row) != nil || row.Step == nil {
			continue // a row without a step is in no range
		}
		if step, err := row.Step.Float64(); err == nil {
			firstLive = min(firstLive, int64(step))
		}
	}
	return resp.Project.Run.ParquetHistory.ParquetUrls, firstLive, nil
}

// file yields the rows of one Parquet file up to step end. Rows that were in the file before are
// left out.
func (s *scan) file(ctx context.Context, url string, end int64, yield func(Row, error) bool) error {
	f, err := s.run.api.fetch(ctx, url)
	if err != nil {
		return s.run.explain(ctx, diagnose.OpReadRun, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read exported rows: %w", err)
	}
	for row, err := range s.parquet(f, info.Size(), s.keys) {
		if err != nil {
			return fmt.Errorf("read exported rows: %w", err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		step := row.Step()
		if step <= s.last || step >= end {
			continue
		}
		s.last = step
		if err := s.give(row, yield); err != nil {
			return err
		}
	}
	return nil
}
