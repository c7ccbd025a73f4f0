package client

import (
	"fmt"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/runconfig"
)

// Summary returns the summary value of a metric, by default the last one
// logged, and whether there is one. Nested values, also the fields of a struct that
// was logged, are addressed by their path. Lists come back as JSON text.
func (r *Run) Summary(path ...string) (any, bool) {
	if len(path) == 0 {
		return nil, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.summary.Get(path...)
	if text, encoded := v.(history.Encoded); encoded {
		return string(text), ok
	}
	return v, ok
}

// SetSummary sets a value of the summary, whatever was logged before; path has
// more than one element for a nested value. It ends what DefineMetric asked for
// the metric; a value logged later takes its place. It does not wait for the
// network and is safe for concurrent use. The error is an *errors.InputError for
// a value that cannot be encoded, or ErrRunFinished.
func (r *Run) SetSummary(value any, path ...string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return fmt.Errorf("set summary of %s: %w", r, errors.ErrRunFinished)
	}
	if err := r.summary.Set(value, path...); err != nil {
		return fmt.Errorf("set summary of %s: %w", r, err)
	}
	r.config.Own.Use(runconfig.FeatureSummary)
	if r.rec != nil {
		_, shown := r.summary.Get(path...)
		r.note(r.rec.summary(value, shown, path))
	}
	return r.tellSummary()
}

// DeleteSummary takes a value, and what is nested below it, out of the summary.
func (r *Run) DeleteSummary(path ...string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return fmt.Errorf("delete from summary of %s: %w", r, errors.ErrRunFinished)
	}
	r.summary.Delete(path...)
	if r.rec != nil {
		r.note(r.rec.unsetSummary(path))
	}
	return r.tellSummary()
}

// tellSummary says that the summary changed without a row. r.mu is held.
func (r *Run) tellSummary() error {
	if r.up == nil || r.up.ended.Load() {
		return nil
	}
	if err := r.up.stream.SetSummary(r.up.summary); err != nil && r.rec == nil {
		return fmt.Errorf("update summary of %s: %w", r, err)
	}
	return nil
}

// summary keeps an explicit value. One that is not shown, such as NaN, has taken
// away what was there.
func (rec *recorder) summary(value any, shown bool, path []string) error {
	if !shown {
		return rec.unsetSummary(path)
	}
	var enc history.Encoder
	text, err := enc.AppendValue(nil, value)
	if err != nil {
		return err
	}
	return rec.writer.Append(journal.Record{Body: &journal.Summary{Update: []journal.Item{item(path, text)}}})
}

// unsetSummary keeps that a value was taken away.
func (rec *recorder) unsetSummary(path []string) error {
	return rec.writer.Append(journal.Record{Body: &journal.Summary{Remove: []journal.Item{item(path, nil)}}})
}

func item(path []string, value []byte) journal.Item {
	if len(path) == 1 {
		return journal.Item{Key: path[0], Value: value}
	}
	return journal.Item{NestedKey: path, Value: value}
}
