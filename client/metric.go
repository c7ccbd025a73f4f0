package client

import (
	"fmt"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/secret"
)

// SummaryKind is what the summary shows for a metric.
type SummaryKind string

// The kinds of summary. A metric without one shows its last value; with any it
// shows an object with what was asked for, such as {"min":0.1,"max":0.9}. Best and
// Copy are accepted and change nothing, as in the official client; None keeps the
// metric out of the summary.
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

// Goal says which values of a metric are good ones.
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
	// NoStepSync keeps rows as they are that have the metric and not its step
	// metric. Otherwise the step metric's last value is filled in.
	NoStepSync bool
	// Hidden keeps the metric out of the charts that the web UI makes by itself.
	Hidden bool
	// Summary is what the summary shows; none given stands for the last value.
	Summary []SummaryKind
	// Goal marks good values; "" is none.
	Goal Goal
	// Overwrite replaces an earlier definition of the same name. Otherwise the two
	// are merged.
	Overwrite bool
}

var summaryOps = map[SummaryKind]metric.Op{
	SummaryMin: metric.Min, SummaryMax: metric.Max, SummaryMean: metric.Mean, SummaryFirst: metric.First,
	SummaryLast: metric.Last, SummaryBest: metric.Best, SummaryCopy: metric.Copy, SummaryNone: metric.None,
}

// DefineMetric says how a metric is shown: its x-axis, its summary, its goal. A
// name that ends in '*' stands for all metrics that begin alike; a definition of
// their own goes before, and among globs the longest. A dot in a name stands for
// nesting, a literal one is written `\\.`. Definitions hold for the rows that are
// logged after them. DefineMetric does not wait for the network and is safe for
// concurrent use. Its error is an *errors.InputError, or ErrRunFinished.
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
