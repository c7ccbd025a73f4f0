package client

import (
	"fmt"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/summary"
)

// Summary returns the summary value of a metric, by default the last one
// logged, and whether there is one. Nested values, also the fields of a struct that
// was logged, are addressed by their path, and what DefineMetric asked for by its name
// ("min"). Lists come back as JSON text; for an object of metrics, which has no value of
// its own, and for an empty path there is none. It is safe for concurrent use.
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
// a value that cannot be encoded and for the keys that the client writes itself
// (_step, _runtime, _timestamp, _wandb), or ErrRunFinished.
func (r *Run) SetSummary(value any, path ...string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return fmt.Errorf("set summary of %s: %w", r, errors.ErrRunFinished)
	}
	err := summary.CheckPath(path)
	if err == nil {
		err = r.summary.Set(value, path...)
	}
	if err != nil {
		return fmt.Errorf("set summary of %s: %w", r, err)
	}
	r.config.Own.Use(runconfig.FeatureSummary)
	if r.rec != nil {
		r.note(r.rec.summary(value, path))
	}
	return r.tellSummary()
}

// DeleteSummary takes a value, and what is nested below it, out of the summary. A path
// that has nothing is no error. It does not wait for the network and is safe for
// concurrent use. The error is an *errors.InputError for an empty path and for the keys
// that the client writes itself, or ErrRunFinished.
func (r *Run) DeleteSummary(path ...string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return fmt.Errorf("delete from summary of %s: %w", r, errors.ErrRunFinished)
	}
	if err := summary.CheckPath(path); err != nil {
		return fmt.Errorf("delete from summary of %s: %w", r, err)
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
func (rec *recorder) summary(value any, path []string) error {
	text, err := summary.EncodeValue(value)
	switch {
	case err != nil:
		return err
	case text == nil:
		return rec.unsetSummary(path)
	}
	return rec.writer.Append(&record.Summary{Update: []record.Item{item(path, text)}})
}

// unsetSummary keeps that a value was taken away.
func (rec *recorder) unsetSummary(path []string) error {
	return rec.writer.Append(&record.Summary{Remove: []record.Item{item(path, nil)}})
}

func item(path []string, value []byte) record.Item {
	if len(path) == 1 {
		return record.Item{Key: path[0], Value: value}
	}
	return record.Item{NestedKey: path, Value: value}
}
