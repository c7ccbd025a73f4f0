package otel

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func TestExplicit_BucketsWithoutEnd_EndAtTheExtremes(t *testing.T) {
	t.Parallel()
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name            string
		bounds          []float64
		counts          []uint64
		least, greatest float64
		want            any // nil if there is none
	}{
		{"both ends", []float64{0, 1}, []uint64{1, 2, 3}, -4, 9, []any{-4.0, 0.0, 1.0, 9.0}},
		{"extremes unknown", []float64{0, 1}, []uint64{1, 2, 3}, nan, nan, []any{0.0, 0.0, 1.0, 1.0}},
		{"empty ends", []float64{0, 1, 2}, []uint64{0, 0, 3, 0}, 1.2, 1.9, []any{1.0, 2.0}},
		{"infinite", []float64{0}, []uint64{1, 1}, -inf, inf, []any{-math.MaxFloat64, 0.0, math.MaxFloat64}},
		{"no values", []float64{0}, []uint64{0, 0}, nan, nan, nil},
		{"no buckets", nil, []uint64{7}, 0, 1, nil},
		{"malformed", []float64{1, 2}, []uint64{7}, 0, 1, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv, run := newRun(t)
			e := NewExporter(run, ExporterOptions{})
			p := metricdata.HistogramDataPoint[float64]{Bounds: tt.bounds, BucketCounts: tt.counts}
			if !math.IsNaN(tt.least) {
				p.Min, p.Max = metricdata.NewExtrema(tt.least), metricdata.NewExtrema(tt.greatest)
			}
			require.NoError(t, e.Export(t.Context(), collected("h", metricdata.Histogram[float64]{DataPoints: []metricdata.HistogramDataPoint[float64]{p}})))
			value, _ := rows(t, srv, run)[0]["otel/h"].(map[string]any)
			assert.Equal(t, tt.want, value["bins"])
		})
	}
}

func TestHistogram_MoreBucketsThanARunMayHave_AreJoined(t *testing.T) {
	t.Parallel()
	srv, run := newRun(t)
	counts := make([]uint64, 1201)
	for i := range counts {
		counts[i] = 1
	}
	require.NoError(t, NewExporter(run, ExporterOptions{}).Export(t.Context(), collected("h", metricdata.ExponentialHistogram[int64]{DataPoints: []metricdata.ExponentialHistogramDataPoint[int64]{
		{Count: 2402, Scale: 5, PositiveBucket: metricdata.ExponentialBucket{Counts: counts}, NegativeBucket: metricdata.ExponentialBucket{Counts: counts}, Attributes: attribute.NewSet()},
	}})))
	row := rows(t, srv, run)[0]
	value, _ := row["otel/h"].(map[string]any)
	sum := 0.0
	list, _ := value["values"].([]any)
	for _, v := range list {
		n, _ := v.(float64)
		sum += n
	}
	assert.InDelta(t, 2402, sum, 0)
	assert.Less(t, len(list), 513)
	text, err := json.Marshal(row)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "_omitted")
}
