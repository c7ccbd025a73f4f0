package otel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/wandgo/wandgo/client"
)

// DefaultMaxSeries is how many series an [Exporter] logs if its options do not say.
const DefaultMaxSeries = 200

var (
	// ErrShutdown is returned by an [Exporter] that was shut down.
	ErrShutdown = errors.New("the exporter is shut down")
	// ErrTooManySeries means that an [Exporter] leaves out series. See [ExporterOptions].MaxSeries.
	ErrTooManySeries = errors.New("there are more series than the exporter logs")
)

// ExporterOptions say how metrics become rows. The zero ExporterOptions work.
type ExporterOptions struct {
	// Prefix is before every key. Default: "otel/".
	Prefix string
	// MaxSeries is how many series are logged: pairs of an instrument and its attributes. Those
	// that come later are left out, because every key of a run is a chart. Default: [DefaultMaxSeries].
	MaxSeries int
	// Temporality says which instruments report totals, and which report changes since the last export.
	// Default: totals for all, as metric.DefaultTemporalitySelector. The alternative is
	// metric.DeltaTemporalitySelector.
	Temporality metric.TemporalitySelector
	// Aggregation is the aggregation of each kind of instrument.
	// Default: metric.DefaultAggregationSelector.
	Aggregation metric.AggregationSelector
	// Partial adds the metrics to the row of the run's current step, as client.Run.LogPartial does,
	// instead of logging a row for each export. Set it if the program logs at steps of its own
	// (client.Run.LogAt): an export then never moves the run to the next step. If the
	// program logs no rows, the metrics share one row, with the last values.
	Partial bool
}

// Exporter logs metrics to a run. It implements metric.Exporter, for a metric.PeriodicReader.
// All methods are safe for concurrent use.
//
// The key of a gauge or a sum is the prefix, the instrument's name with '/' for '.', and
// the attributes in braces: otel/http/server/active_requests{http.route=/a}. A histogram has the
// keys …/count and …/sum too. The README has the details.
type Exporter struct {
	run  *client.Run
	opts ExporterOptions

	mu       sync.Mutex
	keys     map[series]string // the key of each series, for as long as the exporter lives
	taken    map[string]bool
	reported bool // that series are left out
	shutdown bool
}

// series identifies a series. Two scopes may have instruments of the same name.
type series struct {
	scope, name string
	attributes  attribute.Distinct
}

var _ metric.Exporter = (*Exporter)(nil)

// NewExporter returns an exporter that logs to run. It does not finish the run: shut the MeterProvider
// down first, so that the last values are logged, and then finish the run.
func NewExporter(run *client.Run, opts ExporterOptions) *Exporter {
	opts.Prefix = cmp.Or(opts.Prefix, "otel/")
	opts.MaxSeries = cmp.Or(opts.MaxSeries, DefaultMaxSeries)
	if opts.Temporality == nil {
		opts.Temporality = metric.DefaultTemporalitySelector
	}
	if opts.Aggregation == nil {
		opts.Aggregation = metric.DefaultAggregationSelector
	}
	return &Exporter{run: run, opts: opts, keys: map[series]string{}, taken: map[string]bool{}}
}

// Temporality returns the temporality of a kind of instrument. See [ExporterOptions].
func (e *Exporter) Temporality(kind metric.InstrumentKind) metricdata.Temporality {
	return e.opts.Temporality(kind)
}

// Aggregation returns the aggregation of a kind of instrument. See [ExporterOptions].
func (e *Exporter) Aggregation(kind metric.InstrumentKind) metric.Aggregation {
	return e.opts.Aggregation(kind)
}

// Export logs the metrics as one row. It does not block on the network. Without metrics it logs no row.
// Its errors are
//
//   - those of client.Run.Log, or of LogPartial;
//   - [ErrTooManySeries], once, when a series is left out for the first time; the rest was logged;
//   - [ErrShutdown];
//   - the context's, if that has ended.
func (e *Exporter) Export(ctx context.Context, metrics *metricdata.ResourceMetrics) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.shutdown {
		return ErrShutdown
	}
	row := map[string]any{}
	omitted := false
	for _, scope := range metrics.ScopeMetrics {
		for _, m := range scope.Metrics {
			omitted = e.add(row, scope.Scope.Name, m) || omitted
		}
	}
	var tooMany error
	if omitted && !e.reported {
		e.reported = true
		tooMany = fmt.Errorf("export metrics: %w: %d (see ExporterOptions.MaxSeries)", ErrTooManySeries, e.opts.MaxSeries)
	}
	if len(row) == 0 {
		return tooMany
	}
	log := e.run.Log
	if e.opts.Partial {
		log = e.run.LogPartial
	}
	if err := log(row); err != nil {
		return errors.Join(fmt.Errorf("export metrics: %w", err), tooMany)
	}
	return tooMany
}

// ForceFlush waits until the run has passed its rows on, as client.Run.Flush does.
func (e *Exporter) ForceFlush(ctx context.Context) error {
	if err := e.run.Flush(ctx); err != nil {
		return fmt.Errorf("flush metrics: %w", err)
	}
	return nil
}

// Shutdown ends the exporter. It holds no metrics, so it does not block. The run continues.
// A second Shutdown returns [ErrShutdown].
func (e *Exporter) Shutdown(context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.shutdown {
		return ErrShutdown
	}
	e.shutdown = true
	return nil
}

// add adds the series of an instrument to the row. It reports whether it left one out.
func (e *Exporter) add(row map[string]any, scope string, m metricdata.Metrics) (omitted bool) {
	switch data := m.Data.(type) {
	case metricdata.Gauge[int64]:
		return addPoints(e, row, scope, m.Name, data.DataPoints)
	case metricdata.Gauge[float64]:
		return addPoints(e, row, scope, m.Name, data.DataPoints)
	case metricdata.Sum[int64]:
		return addPoints(e, row, scope, m.Name, data.DataPoints)
	case metricdata.Sum[float64]:
		return addPoints(e, row, scope, m.Name, data.DataPoints)
	case metricdata.Histogram[int64]:
		return addHistograms(e, row, scope, m.Name, data.DataPoints)
	case metricdata.Histogram[float64]:
		return addHistograms(e, row, scope, m.Name, data.DataPoints)
	case metricdata.ExponentialHistogram[int64]:
		return addExponential(e, row, scope, m.Name, data.DataPoints)
	case metricdata.ExponentialHistogram[float64]:
		return addExponential(e, row, scope, m.Name, data.DataPoints)
	case metricdata.Summary:
		for _, p := range data.DataPoints {
			if key, ok := e.key(scope, m.Name, p.Attributes, countSuffix, sumSuffix); ok {
				row[suffixed(key, countSuffix)], row[suffixed(key, sumSuffix)] = p.Count, p.Sum
			} else {
				omitted = true
			}
		}
	}
	return omitted
}

func addPoints[N int64 | float64](e *Exporter, row map[string]any, scope, name string, points []metricdata.DataPoint[N]) (omitted bool) {
	for _, p := range points {
		if key, ok := e.key(scope, name, p.Attributes); ok {
			row[key] = p.Value
		} else {
			omitted = true
		}
	}
	return omitted
}

func addHistograms[N int64 | float64](e *Exporter, row map[string]any, scope, name string, points []metricdata.HistogramDataPoint[N]) (omitted bool) {
	for _, p := range points {
		key, ok := e.key(scope, name, p.Attributes, countSuffix, sumSuffix)
		if !ok {
			omitted = true
			continue
		}
		row[suffixed(key, countSuffix)], row[suffixed(key, sumSuffix)] = p.Count, p.Sum
		if h := explicit(p.Bounds, p.BucketCounts, extremum(p.Min), extremum(p.Max)); h != nil {
			row[key] = h
		}
	}
	return omitted
}

func addExponential[N int64 | float64](e *Exporter, row map[string]any, scope, name string, points []metricdata.ExponentialHistogramDataPoint[N]) (omitted bool) {
	for _, p := range points {
		key, ok := e.key(scope, name, p.Attributes, countSuffix, sumSuffix)
		if !ok {
			omitted = true
			continue
		}
		row[suffixed(key, countSuffix)], row[suffixed(key, sumSuffix)] = p.Count, p.Sum
		if h := exponential(p.Scale, p.ZeroCount, p.ZeroThreshold, p.PositiveBucket, p.NegativeBucket); h != nil {
			row[key] = h
		}
	}
	return omitted
}
