package metric

import (
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/secret"
)

// Definition says how a metric, or every metric with a prefix, is shown.
type Definition struct {
	// Name is the metric's key. A dot separates nested keys, and `\.` is a literal dot.
	// A '*' at its end matches all keys with the prefix, except those that start with
	// '_'.
	Name string
	// StepMetric is the metric on the x-axis.
	StepMetric string
	// StepSync adds the last value of the step metric to rows that have the metric but
	// not its step metric. The default is true if StepMetric is set.
	StepSync *bool
	// Hidden excludes the metric from automatic charts.
	Hidden bool
	// Summary are the operations that the summary shows. The default is the last value.
	Summary []Op
	// Goal says which values are better.
	Goal Goal
	// Overwrite replaces earlier definitions of the same name. Without it, the
	// definition adds to them: fields that are not set stay, and flags and operations
	// are not removed.
	Overwrite bool
}

// validate checks the rules of the official client and one more: a step metric must not be
// a glob. The official client treats a glob there as the literal key "epoch*".
func (d *Definition) validate() error {
	switch {
	case d.Name == "":
		return &errors.InputError{Field: "metric name", Rule: "must not be empty"}
	case strings.Contains(strings.TrimSuffix(d.Name, "*"), "*"):
		return &errors.InputError{Field: "metric name", Value: secret.Redact(d.Name), Rule: "may have one '*', as its last character"}
	case strings.Contains(d.StepMetric, "*"):
		return &errors.InputError{Field: "step metric", Value: secret.Redact(d.StepMetric), Rule: "must be one metric, without '*'"}
	case d.Goal > Maximize:
		return &errors.InputError{Field: "goal of metric", Value: secret.Redact(d.Name), Rule: "must be to minimize, to maximize, or none"}
	}
	for _, o := range d.Summary {
		if !o.valid() {
			return &errors.InputError{
				Field: "summary of metric", Value: secret.Redact(d.Name),
				Rule: "must be of min, max, mean, best, last, copy, none and first; " + o.String() + " is not one",
			}
		}
	}
	return nil
}

// combined is the result of all definitions of one name.
type combined struct {
	name         string
	step         string
	sync, hidden bool
	ops          Ops
	goal         Goal
	expanded     bool // it was created by a glob, and the program has not defined it since
	placed       bool // if expanded: the summary was configured for it
	auto         bool // if loaded: it is listed because it is a step metric
}

func (d *combined) add(more *combined, overwrite bool) {
	if overwrite {
		*d = *more
		return
	}
	if more.step != "" {
		d.step = more.step
	}
	d.sync = d.sync || more.sync
	d.hidden = d.hidden || more.hidden
	d.ops = d.ops.merge(more.ops)
	if more.goal != NoGoal {
		d.goal = more.goal
	}
	d.expanded = d.expanded && more.expanded
}

func (d *Definition) combine() *combined {
	sync := d.StepMetric != ""
	if d.StepSync != nil {
		sync = *d.StepSync
	}
	return &combined{
		name: d.Name, step: d.StepMetric, sync: sync, hidden: d.Hidden,
		ops: OpsOf(d.Summary...), goal: d.Goal,
	}
}

func (d *combined) isGlob() bool { return strings.HasSuffix(d.name, "*") }
