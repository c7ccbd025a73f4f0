package client

import (
	"fmt"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/runconfig"
)

// Log adds a row of metrics to the run's history at the current step, makes its
// values the summary's, and moves on to the next step. Values may be numbers of
// any kind, NaN and infinity included, strings, booleans, times, durations (as
// seconds), slices, nested maps with string keys, structs with JSON tags, and
// pointers to those. The row is encoded at once and not kept. What [Run.LogAt] or
// [Run.LogPartial] left open at this step becomes part of the row; where both
// have a key, the later value stands.
//
// Log does not wait for the network. It is safe for concurrent use. A value that
// cannot be encoded is left out and named in the error (ErrInvalidInput); the
// rest of the row is logged all the same. So are values nested more than 100 deep, the
// keys with which the row would be longer than 10,383,360 bytes (or
// WANDB_X_FILE_STREAM_MAX_LINE_BYTES), where the official client drops the whole row,
// and _step and _runtime, which are the client's own; a _timestamp, in seconds since
// 1970, takes the place of the client's. After Finish the error is
// ErrRunFinished. Where another process of this machine writes the same run, the first
// row says so with an error that matches ErrRunExists, and is logged all the same. Any
// other error is the disk's: where there is no server to send
// the row to, it says once that the disk fails while rows wait in memory, and each
// time that a row is lost for good; it matches ErrRowLost then.
func (r *Run) Log(row map[string]any) error {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return r.wrap(errors.ErrRunFinished)
	}
	if r.open.empty() { // the usual case: nothing to merge, nothing to copy
		return r.wrap(r.write(row, now, unixSeconds(now)))
	}
	err := r.open.merge(&r.encoder, row, now)
	return r.wrap(errors.Join(err, r.commit(now)))
}

// LogAt adds metrics to the row of the given step and leaves the row open, so
// that further calls for the same step add to it. A later step, a call of
// [Run.Log] or [Run.Commit], or Finish closes it. Steps only grow: metrics for a
// step before the current one are dropped, and the error matches ErrStepInPast.
// Gaps are allowed. Otherwise it is like Log. In shared mode the server numbers
// the rows: step is ignored, with a warning in the log, and LogAt is Log.
func (r *Run) LogAt(step int64, row map[string]any) error {
	if r.writer != nil {
		r.stepIgnored.Do(func() {
			r.client.log.Warn("steps are ignored in shared mode; log a metric and define it as step metric instead", "run", r.String(), "step", step)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.config.Own.Use(runconfig.FeatureStepLog)
		})
		return r.Log(row)
	}
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return r.wrap(errors.ErrRunFinished)
	case step < r.step:
		return r.wrap(fmt.Errorf("step %d comes after step %d: %w", step, r.step, errors.ErrStepInPast))
	}
	r.config.Own.Use(runconfig.FeatureStepLog)
	var err error
	if step > r.step {
		if !r.open.empty() {
			err = r.commit(now)
		}
		r.step = step
	}
	return r.wrap(errors.Join(err, r.open.merge(&r.encoder, row, now)))
}

// LogPartial adds metrics to the row of the current step and leaves it open, so
// that several parts of a program can fill one row. See [Run.LogAt] for what
// closes it; otherwise it is like Log.
func (r *Run) LogPartial(row map[string]any) error {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return r.wrap(errors.ErrRunFinished)
	}
	return r.wrap(r.open.merge(&r.encoder, row, now))
}

// Commit closes the row that LogAt or LogPartial left open, if any, and moves on
// to the next step in any case.
func (r *Run) Commit() error {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return r.wrap(errors.ErrRunFinished)
	}
	if r.open.empty() {
		r.step++
		return nil
	}
	return r.wrap(r.commit(now))
}

// commit writes the open row at the current step. r.mu is held.
func (r *Run) commit(now time.Time) error {
	row, timestamp := r.open.take()
	return r.write(row, now, timestamp)
}

// write makes row the history's next line and moves on. r.mu is held.
func (r *Run) write(row map[string]any, now time.Time, timestamp float64) error {
	meta := history.Meta{
		Step:      r.step,
		HasStep:   r.writer == nil,
		Runtime:   (r.earlier + now.Sub(r.started)).Seconds(),
		Timestamp: timestamp,
	}
	split := r.encoder.Split(row)
	defer split.Release()
	r.metrics.SyncSteps(split)
	r.applyMetrics() // before the row that uses them
	var bad error
	r.line, bad = r.encoder.AppendSplit(r.line[:0], split, meta)
	r.step++
	r.summary.Update(split)
	r.display.Row(split)
	if meta.HasStep {
		r.summary.SetMeta(meta.Step, meta.Runtime, meta.Timestamp)
	} else {
		r.summary.SetTimes(meta.Runtime, meta.Timestamp)
	}
	if err := r.keep(split.Layout(), meta.Step, now); err != nil {
		return err
	}
	if r.news != nil {
		bad, r.news = errors.Join(bad, r.news), nil
	}
	return bad
}

// keep brings the line at hand to the journal and to the server. It is an error
// only if neither takes it, or if the disk is all there is. r.mu is held.
func (r *Run) keep(layout jsonx.Layout, step int64, now time.Time) error {
	var onDisk error
	if r.rec != nil {
		onDisk = r.rec.row(r.line, layout, step, now, r.summaryLocked)
	}
	switch {
	case r.homeless:
		return errors.ErrRowLost
	case r.up == nil || r.up.ended.Load():
		return rowError(onDisk)
	}
	err := r.up.history(r.line, layout)
	if _, tooLong := errors.AsType[*filestream.LineTooLongError](err); tooLong {
		return err // a bound so small that not even the client's own keys fit it
	}
	if err == nil || (r.rec != nil && !lost(onDisk)) { // one of the two has it
		r.note(onDisk)
		return nil
	}
	return errors.Join(errors.ErrRowLost, err, onDisk)
}

// rowError tells a row that is lost from one that waits for the disk.
func rowError(err error) error {
	if lost(err) {
		return errors.Join(errors.ErrRowLost, err)
	}
	return err
}

// note tells of trouble with the disk that cost nothing yet, once. r.mu is held.
func (r *Run) note(err error) {
	if err != nil && !r.rec.faulty {
		r.rec.faulty = true
		r.client.log.Warn("trouble with the run's journal", "run", r.String(), "error", err)
	}
}

// wrap says of an error which run it is about.
func (r *Run) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("log to %s: %w", r, flat{err})
}

// summaryLine is the summary as the server gets it.
func (r *Run) summaryLine() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.summaryLocked()
}

func (r *Run) summaryLocked() []byte {
	r.summary.SetWandbRuntime(r.seconds())
	return r.summary.AppendJSON(nil)
}

// seconds is how long the run has been running, earlier processes included.
func (r *Run) seconds() int64 {
	if r.lasted > 0 {
		return int64(r.lasted.Seconds())
	}
	return int64((r.earlier + time.Since(r.started)).Seconds())
}

func unixSeconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }
