package otel

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	api "go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	wandberrors "github.com/wandgo/wandgo/errors"
)

func provider(e *Exporter, opts ...metric.Option) *metric.MeterProvider {
	return metric.NewMeterProvider(append(opts, metric.WithReader(metric.NewPeriodicReader(e)))...)
}

func TestExport_EachInstrument_IsLogged(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		temporality metric.TemporalitySelector
		second      map[string]any // what differs after the second round
	}{
		{"totals", nil, map[string]any{"otel/jobs/done{queue=a}": 6.0, "otel/latency/count": 6.0, "otel/latency/sum": 24.0}},
		{"changes", metric.DeltaTemporalitySelector, map[string]any{"otel/jobs/done{queue=a}": 3.0, "otel/latency/count": 3.0, "otel/latency/sum": 12.0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv, run := newRun(t)
			mp := provider(NewExporter(run, ExporterOptions{Temporality: tt.temporality}))
			meter := mp.Meter("test")
			done, err := meter.Int64Counter("jobs.done")
			require.NoError(t, err)
			temperature, err := meter.Float64Gauge("temperature")
			require.NoError(t, err)
			latency, err := meter.Float64Histogram("latency", api.WithExplicitBucketBoundaries(0, 2, 5, 8, 100))
			require.NoError(t, err)
			for range 2 {
				done.Add(t.Context(), 3, api.WithAttributes(attribute.String("queue", "a")))
				temperature.Record(t.Context(), math.Inf(1))
				for _, v := range []float64{1, 4, 7} {
					latency.Record(t.Context(), v)
				}
				require.NoError(t, mp.ForceFlush(t.Context()))
			}
			require.NoError(t, mp.Shutdown(t.Context()))
			list := rows(t, srv, run)
			require.GreaterOrEqual(t, len(list), 2, "Shutdown exports once more")
			assert.Equal(t, map[string]any{
				"otel/jobs/done{queue=a}": 3.0, "otel/temperature": math.Inf(1), "otel/latency/count": 3.0, "otel/latency/sum": 12.0,
				"otel/latency": map[string]any{"_type": "histogram", "values": []any{1.0, 1.0, 1.0}, "bins": []any{0.0, 2.0, 5.0, 8.0}},
			}, list[0])
			for key, want := range tt.second {
				assert.Equal(t, want, list[1][key], key)
			}
		})
	}
}

func TestExport_ExponentialHistogram_HasItsEdges(t *testing.T) {
	t.Parallel()
	srv, run := newRun(t)
	mp := provider(NewExporter(run, ExporterOptions{Aggregation: func(metric.InstrumentKind) metric.Aggregation {
		return metric.AggregationBase2ExponentialHistogram{MaxSize: 4, MaxScale: 0}
	}}))
	h, err := mp.Meter("test").Int64Histogram("size")
	require.NoError(t, err)
	for _, v := range []int64{-3, 0, 3, 5, 6} {
		h.Record(t.Context(), v)
	}
	require.NoError(t, mp.Shutdown(t.Context()))
	list := rows(t, srv, run)
	require.Len(t, list, 1)
	assert.Equal(t, map[string]any{"_type": "histogram", "values": []any{1.0, 1.0, 1.0, 2.0}, "bins": []any{-4.0, -2.0, 2.0, 4.0, 8.0}}, list[0]["otel/size"])
}

func TestExport_TooManySeries_ReportsOnceAndLogsTheRest(t *testing.T) {
	t.Parallel()
	srv, run := newRun(t)
	e := NewExporter(run, ExporterOptions{MaxSeries: 2})
	var points []metricdata.DataPoint[int64]
	for i := range 5 {
		points = append(points, metricdata.DataPoint[int64]{Attributes: attribute.NewSet(attribute.Int("i", i)), Value: int64(i)})
	}
	metrics := collected("n", metricdata.Gauge[int64]{DataPoints: points})
	require.ErrorIs(t, e.Export(t.Context(), metrics), ErrTooManySeries)
	require.NoError(t, e.Export(t.Context(), metrics))
	want := map[string]any{"otel/n{i=0}": 0.0, "otel/n{i=1}": 1.0}
	assert.Equal(t, []map[string]any{want, want}, rows(t, srv, run))
}

func TestExport_Partial_JoinsTheRowOfTheStep(t *testing.T) {
	t.Parallel()
	srv, run := newRun(t)
	e := NewExporter(run, ExporterOptions{Partial: true, Prefix: "m/"})
	metrics := collected("n", metricdata.Sum[float64]{DataPoints: []metricdata.DataPoint[float64]{{Value: 2}}})
	require.NoError(t, run.LogAt(7, map[string]any{"loss": 1}))
	require.NoError(t, e.Export(t.Context(), metrics))
	require.NoError(t, run.LogAt(7, map[string]any{"accuracy": 3}), "the step is still open")
	assert.Equal(t, []map[string]any{{"loss": 1.0, "m/n": 2.0, "accuracy": 3.0}}, rows(t, srv, run))
}

func TestExport_CannotLog_ReturnsError(t *testing.T) {
	t.Parallel()
	metrics := collected("n", metricdata.Gauge[int64]{DataPoints: []metricdata.DataPoint[int64]{{Value: 1}}})
	_, run := newRun(t)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, NewExporter(run, ExporterOptions{}).Export(cancelled, metrics), context.Canceled)

	require.NoError(t, NewExporter(run, ExporterOptions{}).Export(t.Context(), &metricdata.ResourceMetrics{}), "no row")

	e := NewExporter(run, ExporterOptions{})
	require.NoError(t, e.Shutdown(t.Context()))
	require.ErrorIs(t, e.Shutdown(t.Context()), ErrShutdown)
	require.ErrorIs(t, e.Export(t.Context(), metrics), ErrShutdown)

	require.NoError(t, run.Finish(t.Context()))
	e = NewExporter(run, ExporterOptions{})
	require.ErrorIs(t, e.Export(t.Context(), metrics), wandberrors.ErrRunFinished)
	require.ErrorIs(t, e.ForceFlush(t.Context()), wandberrors.ErrRunFinished)
}

func TestExport_Summary_HasCountAndSum(t *testing.T) {
	t.Parallel()
	srv, run := newRun(t)
	require.NoError(t, NewExporter(run, ExporterOptions{}).Export(t.Context(), collected("s", metricdata.Summary{DataPoints: []metricdata.SummaryDataPoint{
		{Attributes: attribute.NewSet(attribute.Bool("b", true)), Count: 2, Sum: 1.5},
	}})))
	assert.Equal(t, []map[string]any{{"otel/s/count{b=true}": 2.0, "otel/s/sum{b=true}": 1.5}}, rows(t, srv, run))
}

func collected(name string, data metricdata.Aggregation) *metricdata.ResourceMetrics {
	return &metricdata.ResourceMetrics{ScopeMetrics: []metricdata.ScopeMetrics{{Metrics: []metricdata.Metrics{{Name: name, Data: data}}}}}
}
