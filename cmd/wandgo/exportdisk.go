package main

import (
	"context"
	"iter"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// exportedLogs returns the logs on this disk that a path names, or none if it names runs on the server:
// if there is nothing at the path, it does not look like one of this disk, and is no id of a run here.
func (a *app) exportedLogs(path string) ([]*syncrun.Log, error) {
	at := a.env.path(path)
	logs, err := syncrun.Find(at)
	if err == nil {
		return logs, nil
	}
	if strings.HasPrefix(path, ".") || filepath.IsAbs(path) || strings.HasSuffix(path, ".wandb") || !syncrun.NoRuns(err) {
		return nil, err
	}
	if strings.Contains(path, "/") {
		return nil, nil
	}
	s, err := a.settings()
	if err != nil {
		return nil, err
	}
	return syncrun.FindRun(path, a.runRoots(s)...), nil
}

// onDisk lists the runs of logs, in the order of their first logs, or those with the ids, in their order. The
// logs of a run are in the order in which they were started.
func (a *app) onDisk(logs []*syncrun.Log, ids, keys []string) ([]exportedRun, error) {
	var order, others []string
	byID := map[string][]*syncrun.Log{}
	for _, l := range logs {
		if err := unreadable(l); err != nil {
			return nil, err
		}
		if l.Run == nil {
			continue // nothing was logged yet
		}
		if len(ids) > 0 && !slices.Contains(ids, l.Run.ID) {
			others = append(others, l.Run.ID)
			continue
		}
		before := byID[l.Run.ID]
		if len(before) == 0 {
			order = append(order, l.Run.ID)
		} else if first := before[0].Run; first.Entity != l.Run.Entity || first.Project != l.Run.Project {
			return nil, &errors.InputError{
				Field: "path", Value: secret.Redact(l.Run.ID),
				Rule: "is a run of two projects; export them one by one, by their directories",
			}
		}
		byID[l.Run.ID] = append(before, l)
	}
	if len(ids) > 0 {
		order = ids
	}
	runs := make([]exportedRun, len(order))
	for i, id := range order {
		lives := byID[id]
		if len(lives) == 0 {
			return nil, unknownRun(id, append(slices.Collect(maps.Keys(byID)), others...))
		}
		syncrun.InOrder(lives)
		runs[i] = exportedRun{id, func(ctx context.Context, from int64) iter.Seq2[api.Row, error] {
			return a.rowsOf(ctx, lives, from, keys)
		}}
	}
	return runs, nil
}

// unknownRun is the error of an id that no run on this disk has.
func unknownRun(id string, known []string) error {
	rule := "no run at the path has it"
	if near := errors.Suggest(id, known); len(near) > 0 {
		rule += "; similar ids: " + strings.Join(near, ", ")
	}
	return &errors.InputError{Field: "run id", Value: secret.Redact(id), Rule: rule, Source: "--runs"}
}

// rowsOf returns the rows of a run's logs from a step on.
func (a *app) rowsOf(ctx context.Context, logs []*syncrun.Log, from int64, keys []string) iter.Seq2[api.Row, error] {
	return func(yield func(api.Row, error) bool) {
		lives, err := livesOf(ctx, logs)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, l := range lives {
			for row, err := range logRows(ctx, l.path, keys, a.reportDamage) {
				if err == nil && !l.place(row, from) {
					continue
				}
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
}

// life is the log of one process of a run, and where its rows stand in the history.
type life struct {
	path       string
	shift, end int64 // of the steps, and the step before which its rows end
	runtime    float64
}

// place moves a row to where it stands in the history. It reports false if it stands before
// a step, or where a later log has its rows.
func (l *life) place(row api.Row, from int64) bool {
	step := row.Step() + l.shift
	row["_step"] = step
	if at, ok := row.Float("_runtime"); ok && l.runtime > 0 {
		row["_runtime"] = at + l.runtime
	}
	return from <= step && step < l.end
}

// livesOf finds out how logs continue each other. An offline process counts from 0 again, and
// its rows follow those before, as a sync puts them. One that asked the server continues from
// there; where the steps repeat, its rows count.
func livesOf(ctx context.Context, logs []*syncrun.Log) ([]life, error) {
	if len(logs) == 1 {
		return []life{{path: logs[0].Path, end: math.MaxInt64}}, nil
	}
	logs, extents, err := withoutCopies(ctx, logs)
	if err != nil {
		return nil, err
	}
	lives := make([]life, len(logs))
	last, runtime := int64(-1), -1.0
	for i, l := range logs {
		lives[i] = life{path: l.Path, end: math.MaxInt64}
		first, end, started, ended := extents[i].first, extents[i].last, extents[i].started, extents[i].ended
		if i > 0 && syncrun.Continues(l.Dir.Offline(), l.Ours(), l.Run) {
			for k := range lives[:i] {
				lives[k].end = min(lives[k].end, first)
			}
		} else {
			if first <= last {
				lives[i].shift = last + 1 - first
			}
			if started <= runtime {
				lives[i].runtime = runtime
			}
		}
		last, runtime = max(last, end+lives[i].shift), max(runtime, ended+lives[i].runtime)
	}
	return lives, nil
}

// withoutCopies returns the logs that have rows, and their extents. Of copies of a log only the longest is
// returned.
func withoutCopies(ctx context.Context, logs []*syncrun.Log) ([]*syncrun.Log, []extent, error) {
	var kept []*syncrun.Log
	var extents []extent
	var originals syncrun.Originals
	for _, l := range logs {
		e, err := extentOf(ctx, l.Path)
		if err != nil {
			return nil, nil, err
		}
		if e.rows == 0 {
			continue
		}
		b := syncrun.Beginning{}
		if !l.Run.StartTime.IsZero() {
			b = syncrun.Beginning{Started: l.Run.StartTime.UnixMicro(), Step: float64(e.first), Runtime: e.started}
		}
		if i, copied := originals.Add(l.Dir.Path(), b); !copied {
			kept, extents = append(kept, l), append(extents, e)
		} else if e.rows > extents[i].rows {
			kept[i], extents[i] = l, e
		}
	}
	return kept, extents, nil
}

// extent is how many rows a log has, and the first and the last step and runtime.
type extent struct {
	rows           int
	first, last    int64
	started, ended float64
}

// extentOf reads all rows of a log.
func extentOf(ctx context.Context, path string) (extent, error) {
	e := extent{}
	for row, err := range logRows(ctx, path, nil, nil) {
		if err != nil {
			return extent{}, err
		}
		e.last = row.Step()
		e.ended, _ = row.Float("_runtime")
		if e.rows == 0 {
			e.first, e.started = e.last, e.ended
		}
		e.rows++
	}
	return e, nil
}

// logRows returns the rows of a log that have all keys, or all of them. report is called at the
// end, unless it is nil, for the log's damage.
func logRows(ctx context.Context, path string, keys []string, report func(*journal.Reader)) iter.Seq2[api.Row, error] {
	return func(yield func(api.Row, error) bool) {
		var w wire.RowWriter
		var line []byte
		for rec, err := range records(ctx, path, report) {
			if err != nil {
				yield(nil, err)
				return
			}
			logged, ok := rec.Body.(*record.History)
			if !ok {
				continue
			}
			line, _ = w.AppendRow(line[:0], logged.Items)
			object, err := jsonx.ParseObject(line)
			if err != nil {
				yield(nil, err)
				return
			}
			row := api.Row(object)
			row["_step"] = logged.Step
			if row = withKeys(row, keys); row != nil && !yield(row, nil) {
				return
			}
		}
	}
}

// withKeys returns the row with these keys only, nil if it lacks one of them. A key with dots may name a
// member of an object.
func withKeys(row api.Row, keys []string) api.Row {
	if len(keys) == 0 {
		return row
	}
	reduced := api.Row{"_step": row["_step"]}
	for _, key := range keys {
		value, ok := jsonx.Member(row, key)
		if !ok {
			return nil
		}
		reduced[key] = value
	}
	return reduced
}
