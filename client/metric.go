package client

import (
	"encoding/json"
	"fmt"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
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
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return fmt.Errorf("define metric of %s: %w", r, errors.ErrRunFinished)
	}
	if err := r.metrics.Define(d); err != nil {
		return fmt.Errorf("define metric of %s: %w", r, err)
	}
	own := &r.config.Own
	own.Use(runconfig.FeatureMetric)
	for _, f := range []struct {
		feature runconfig.Feature
		used    bool
	}{
		{runconfig.FeatureSummaryOps, len(d.Summary) > 0},
		{runconfig.FeatureGoal, d.Goal != metric.NoGoal},
		{runconfig.FeatureHidden, d.Hidden},
	} {
		if f.used {
			own.Use(f.feature)
		}
	}
	r.applyMetrics()
	return nil
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

// applyMetrics puts into effect what was defined, or made from globs, since the
// last call. r.mu is held.
func (r *Run) applyMetrics() {
	records := r.metrics.Take()
	if len(records) == 0 {
		return
	}
	for _, rec := range records {
		if rec.Path != nil {
			r.summary.Configure(rec.Ops, rec.Path...)
		}
		if r.rec != nil {
			r.note(r.rec.metric(rec))
		}
	}
	if text, err := json.Marshal(r.metrics.Wire(true)); err == nil {
		r.config.Own.Metrics = text
	}
	if r.up != nil {
		r.up.updater.change(false)
	}
}

// metric keeps a definition.
func (rec *recorder) metric(m metric.Record) error {
	d := m.Definition
	body := &record.Metric{
		StepMetric: d.StepMetric, StepSync: d.Sync(), Hidden: d.Hidden, Defined: true,
		Goal: int32(d.Goal), Overwrite: d.Overwrite, Expanded: m.Expanded,
	}
	if d.IsGlob() {
		body.Glob = d.Name
	} else {
		body.Name = d.Name
	}
	for _, op := range d.Summary {
		body.Summary |= 1 << op
	}
	return rec.writer.Append(body)
}
