package client

import (
	"fmt"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/secret"
)

// SummaryKind is a value that the summary shows for a metric.
type SummaryKind string

// The kinds of summary. A metric without one shows its last value. A metric with some
// shows an object with them, such as {"min":0.1,"max":0.9}. Best and Copy are accepted
// and have no effect, as in the official client. None keeps the metric out of the summary.
const (
	SummaryMin   SummaryKind = "min"
	SummaryMax   SummaryKind = "max"
	SummaryMean  SummaryKind = "mean"
	SummaryFirst SummaryKind = "first"
	SummaryLast  SummaryKind = "last"
	SummaryBest  SummaryKind = "best"
	SummaryCopy  SummaryKind = "copy"
	SummaryNone  SummaryKind = "none"
)

// Goal says which values of a metric are better.
type Goal string

// The goals.
const (
	Minimize Goal = "minimize"
	Maximize Goal = "maximize"
)

// MetricOptions say how a metric is shown.
type MetricOptions struct {
	// StepMetric is the metric on the x-axis; "" is the step.
	StepMetric string
	// NoStepSync leaves rows unchanged that have the metric without its step metric.
	// Otherwise the last value of the step metric is added to them.
	NoStepSync bool
	// Hidden keeps the metric out of the charts that the web UI makes by default.
	Hidden bool
	// Summary is what the summary shows. Default: the last value.
	Summary []SummaryKind
	// Goal says which values are better. Default: neither.
	Goal Goal
	// Overwrite replaces an earlier definition of the same name. Otherwise the two
	// are merged.
	Overwrite bool
}

var summaryOps = map[SummaryKind]metric.Op{
	SummaryMin: metric.Min, SummaryMax: metric.Max, SummaryMean: metric.Mean, SummaryFirst: metric.First,
	SummaryLast: metric.Last, SummaryBest: metric.Best, SummaryCopy: metric.Copy, SummaryNone: metric.None,
}

// DefineMetric defines how a metric is shown: its x-axis, its summary and its goal. It
// applies to rows that are logged later. It does not block on the network and is safe
// for concurrent use. The error is an *errors.InputError, or ErrRunFinished.
//
// A name that ends in '*' is a glob and defines all metrics that start with what is
// before. A definition of the metric's own takes precedence, and then the longest glob. A
// dot in a name means nesting; write a literal dot as `\\.`.
func (r *Run) DefineMetric(name string, opts MetricOptions) error {
	d, err := opts.definition(name)
	if err != nil {
		return fmt.Errorf("define metric of %s: %w", r, err)
	}
	return r.session.DefineMetric(d)
}

func (o *MetricOptions) definition(name string) (metric.Definition, error) {
	d := metric.Definition{Name: name, StepMetric: o.StepMetric, Hidden: o.Hidden, Overwrite: o.Overwrite}
	if o.NoStepSync {
		d.StepSync = new(false)
	}
	for _, kind := range o.Summary {
		op, ok := summaryOps[kind]
		if !ok {
			return d, &errors.InputError{Field: "summary of metric " + name, Value: secret.Redact(string(kind)), Rule: "must be min, max, mean, first, last, best, copy or none"}
		}
		d.Summary = append(d.Summary, op)
	}
	switch o.Goal {
	case "":
	case Minimize:
		d.Goal = metric.Minimize
	case Maximize:
		d.Goal = metric.Maximize
	default:
		return d, &errors.InputError{Field: "goal of metric " + name, Value: secret.Redact(string(o.Goal)), Rule: "must be minimize or maximize"}
	}
	return d, nil
}
