package metric

import (
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/secret"
)

// Definition says how a metric, or every metric whose name begins alike, is to
// be shown.
type Definition struct {
	// Name is the metric's key. A dot stands for nesting, `\.` for a dot. It may
	// end in '*', the only one, for all keys that begin alike; those do not
	// include keys that begin with '_'.
	Name string
	// StepMetric is the metric on the x-axis.
	StepMetric string
	// StepSync: rows that have the metric but not its step metric get the latter's
	// last value. nil stands for true if StepMetric is set, and false otherwise.
	StepSync *bool
	// Hidden keeps the metric out of the charts that make themselves.
	Hidden bool
	// Summary is what the summary shows; nothing stands for the last value.
	Summary []Op
	// Goal says which values are good ones.
	Goal Goal
	// Overwrite: the definition replaces earlier ones of the same name. Otherwise
	// it adds to them: what it leaves open stays, flags and operations once set
	// are not unset.
	Overwrite bool
}

// Sync reports whether rows get the step metric's last value.
func (d *Definition) Sync() bool {
	if d.StepSync != nil {
		return *d.StepSync
	}
	return d.StepMetric != ""
}

// IsGlob reports whether the definition is for all metrics that begin alike.
func (d *Definition) IsGlob() bool { return strings.HasSuffix(d.Name, "*") }

// validate holds the rules of the official client, plus one: a step metric is one
// metric. The official client takes a glob there for the key itself, "epoch*",
// which nobody means.
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

// settled is what all definitions of one name come to.
type settled struct {
	name         string
	step         string
	sync, hidden bool
	ops          Ops
	goal         Goal
	expanded     bool // a glob made it, and no definition of the program since
	placed       bool // of an expanded one: the summary knows of it
	auto         bool // of a loaded one: listed because it is a step metric
}

func (d *settled) add(more *settled, overwrite bool) {
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

func (d *Definition) settle() *settled {
	return &settled{
		name: d.Name, step: d.StepMetric, sync: d.Sync(), hidden: d.Hidden,
		ops: OpsOf(d.Summary...), goal: d.Goal,
	}
}

// definition is the inverse of settle.
func (d *settled) definition() Definition {
	out := Definition{Name: d.name, StepMetric: d.step, Hidden: d.hidden, Goal: d.goal}
	sync := d.sync
	out.StepSync = &sync
	for o := Min; o <= First; o++ {
		if d.ops.Has(o) {
			out.Summary = append(out.Summary, o)
		}
	}
	return out
}
