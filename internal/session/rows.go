package session

import (
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
)

// snapshotEvery is how often the log gets the whole summary while rows are logged.
// After a crash both are as fresh, because the log itself reaches the disk once a
// second.
const snapshotEvery = time.Second

// rows is the state of the history.
type rows struct {
	encoder     history.Encoder
	row         record.Row // reused, with its line
	step        int64
	open        partialRow // metrics of the current step that wait for more
	snapshotAt  time.Time
	stepIgnored sync.Once // the warning about steps in shared mode
	media       mediaRows
}

// Log logs a row at the current step.
func (s *Session) Log(row map[string]any) error {
	now := time.Now()
	return s.failed(logging, s.withMedia(row, func(row map[string]any, m *mediaPass) error { return s.log(row, now, m) }))
}

func (s *Session) log(row map[string]any, now time.Time, m *mediaPass) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.ErrRunFinished
	}
	s.rows.media.pass = m
	if s.rows.open.empty() { // the usual case: nothing to merge, nothing to copy
		return s.write(row, now, unixSeconds(now))
	}
	err := s.merge(row, now)
	if unpreparedIn(err) != nil {
		return err
	}
	return errors.Join(err, s.commit(now))
}

// errNoNextStep refuses a row at the largest int64: the step after it would be negative.
var errNoNextStep = &errors.InputError{
	Field: "step", Rule: "must be less than the largest int64, so that a step can follow",
}

// logging is the action of errors about rows.
const logging = "log to %s"

// LogAt adds to the row of a step, and leaves it open.
func (s *Session) LogAt(step int64, row map[string]any) error {
	if s.Shared() {
		s.rows.stepIgnored.Do(func() {
			s.env.Log.Warn("steps are ignored in shared mode; log a metric and define it as step metric instead", "run", s.String(), "step", step)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.config.Own.Use(runconfig.FeatureStepLog)
		})
		return s.Log(row)
	}
	now := time.Now()
	return s.failed(logging, s.withMedia(row, func(row map[string]any, m *mediaPass) error { return s.logAt(step, row, now, m) }))
}

func (s *Session) logAt(step int64, row map[string]any, now time.Time, m *mediaPass) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.rows
	switch {
	case s.closed:
		return errors.ErrRunFinished
	case step < r.step:
		return fmt.Errorf("step %d is before the current step %d: %w", step, r.step, errors.ErrStepInPast)
	case step == math.MaxInt64:
		return errNoNextStep
	}
	s.config.Own.Use(runconfig.FeatureStepLog)
	var err error
	if step > r.step {
		if !r.open.empty() {
			err = s.commit(now)
		}
		r.step = step
	}
	r.media.pass = m
	return errors.Join(err, s.merge(row, now))
}

// LogPartial adds to the row of the current step, and leaves it open.
func (s *Session) LogPartial(row map[string]any) error {
	now := time.Now()
	return s.failed(logging, s.withMedia(row, func(row map[string]any, m *mediaPass) error { return s.logPartial(row, now, m) }))
}

func (s *Session) logPartial(row map[string]any, now time.Time, m *mediaPass) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.ErrRunFinished
	}
	s.rows.media.pass = m
	return s.merge(row, now)
}

// merge adds to the open row. s.mu is held.
func (s *Session) merge(row map[string]any, now time.Time) error {
	split, err := s.split(row)
	if err != nil {
		return err
	}
	defer split.Release()
	s.rows.open.merge(split, now)
	return split.Err()
}

// Commit logs the open row, if there is one, and moves on to the next step.
func (s *Session) Commit() error {
	now := time.Now()
	return s.change(logging, func() error {
		switch {
		case !s.rows.open.empty():
			return s.commit(now)
		case s.rows.step == math.MaxInt64:
			return errNoNextStep
		}
		s.rows.step++
		return nil
	})
}

// Step is the step of the next row, -1 in shared mode.
func (s *Session) Step() int64 {
	if s.Shared() {
		return -1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows.step
}

// commit writes the open row at the current step. s.mu is held.
func (s *Session) commit(now time.Time) error {
	row, timestamp := s.rows.open.take()
	return s.write(row, now, timestamp)
}

// write makes row the next line of the history and moves on. s.mu is held.
func (s *Session) write(row map[string]any, now time.Time, timestamp float64) error {
	r := &s.rows
	if r.step == math.MaxInt64 { // no step would follow, and the next row would have a negative one
		return errNoNextStep
	}
	meta := history.Meta{
		Step:      r.step,
		HasStep:   !s.Shared(),
		Runtime:   (s.prior + now.Sub(s.plan.Started)).Seconds(),
		Timestamp: timestamp,
	}
	if s.plan.Past {
		if own, ok := row["_timestamp"].(float64); ok {
			meta.Timestamp = own
		}
		meta.Runtime = max(meta.Timestamp-unixSeconds(s.plan.Started), 0) // the first row's is -2e-07 otherwise, by rounding
		s.past = time.Duration(meta.Runtime * float64(time.Second))
	}
	split, err := s.split(row)
	if err != nil {
		return err
	}
	defer split.Release()
	s.metrics.SyncSteps(split)
	s.applyMetrics() // before the row that uses them
	var omitted error
	r.row.Line, omitted = r.encoder.AppendSplit(r.row.Line[:0], split, meta)
	r.step++
	s.summary.Update(split)
	s.display.Row(split)
	if meta.HasStep {
		s.summary.SetMeta(meta.Step, meta.Runtime, meta.Timestamp)
	} else {
		s.summary.SetTimes(meta.Runtime, meta.Timestamp)
	}
	r.row.Layout, r.row.Step = split.Layout(), meta.Step
	if err := s.sink.Row(&r.row); err != nil {
		return err
	}
	if now.Sub(r.snapshotAt) >= snapshotEvery && s.sink.Dir() != "" {
		r.snapshotAt = now
		_ = s.sink.Put(&record.Snapshot{Line: s.summaryLocked()}) // the row is stored
	}
	return omitted
}

func unixSeconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }
