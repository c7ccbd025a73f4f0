package otel

import (
	"math"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/wandgo/wandgo/media"
)

// extremum is the least or the greatest value, or NaN if it was not recorded.
func extremum[N int64 | float64](e metricdata.Extrema[N]) float64 {
	if v, ok := e.Value(); ok {
		return float64(v)
	}
	return math.NaN()
}

// explicit returns a histogram with the buckets that have values between them; nil if there are
// no buckets or no values. The first bucket and the last have no end of their own: they end at the
// least and the greatest value, or have no width if those are not known.
func explicit(bounds []float64, counts []uint64, least, greatest float64) *media.HistogramValue {
	if len(bounds) == 0 || len(counts) != len(bounds)+1 {
		return nil
	}
	edges := make([]float64, 0, len(counts)+1)
	edges = append(edges, bounds[0])
	edges = append(edges, bounds...)
	edges = append(edges, bounds[len(bounds)-1])
	if least < bounds[0] {
		edges[0] = max(least, -math.MaxFloat64)
	}
	if last := len(edges) - 1; greatest > bounds[len(bounds)-1] {
		edges[last] = min(greatest, math.MaxFloat64)
	}
	return histogram(counts, edges)
}

// exponential returns a histogram whose edges are powers of 2^(2^-scale); nil if there are no values.
func exponential(scale int32, zeros uint64, threshold float64, positive, negative metricdata.ExponentialBucket) *media.HistogramValue {
	// Beyond the range of a float64 an edge is the greatest or the least number.
	edge := func(i int) float64 {
		return min(math.Exp2(math.Ldexp(float64(i), -int(scale))), math.MaxFloat64)
	}
	var counts []uint64
	var edges []float64
	if n := len(negative.Counts); n > 0 {
		for i := n - 1; i >= 0; i-- {
			edges = append(edges, -edge(int(negative.Offset)+i+1))
			counts = append(counts, negative.Counts[i])
		}
		edges = append(edges, -edge(int(negative.Offset)))
	} else {
		edges = append(edges, 0-threshold) // not -0
	}
	counts = append(counts, zeros)
	if len(positive.Counts) > 0 {
		edges = append(edges, edge(int(positive.Offset)))
		for i, c := range positive.Counts {
			edges = append(edges, edge(int(positive.Offset)+i+1))
			counts = append(counts, c)
		}
	} else {
		edges = append(edges, threshold)
	}
	return histogram(counts, edges)
}

// histogram leaves out what is empty at both ends, and joins neighbors until a run can have
// the histogram.
func histogram(counts []uint64, edges []float64) *media.HistogramValue {
	for len(counts) > 0 && counts[0] == 0 {
		counts, edges = counts[1:], edges[1:]
	}
	for len(counts) > 0 && counts[len(counts)-1] == 0 {
		counts, edges = counts[:len(counts)-1], edges[:len(edges)-1]
	}
	if len(counts) == 0 {
		return nil
	}
	for len(counts) > media.MaxBins {
		joined, at := make([]uint64, 0, len(counts)/2+1), edges[:1:1]
		for i := 0; i < len(counts); i += 2 {
			count, end := counts[i], i+1
			if end < len(counts) {
				count += counts[end]
				end++
			}
			joined, at = append(joined, count), append(at, edges[end])
		}
		counts, edges = joined, at
	}
	return media.HistogramOf(counts, edges)
}
