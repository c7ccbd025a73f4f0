package media

import (
	"math"
	"sort"
	"strconv"

	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/media"
)

// Limits of a histogram.
const (
	// DefaultBins is the number of bins if none is given.
	DefaultBins = 64
	// MaxBins is the greatest number of bins.
	MaxBins = 512
)

// HistogramValue is a distribution for a row. [Histogram] and [HistogramOf] make it. It has
// no file.
type HistogramValue struct{ holder }

// Histogram counts values in bins of equal width, from the least to the greatest value; 0
// bins are [DefaultBins]. The values are read before Histogram returns; a million take a
// few milliseconds. An infinity or NaN among them is an error, because it has no bin.
func Histogram[F ~float32 | ~float64 | ~int | ~int32 | ~int64](values []F, bins int) *HistogramValue {
	bins = orDefault(bins, DefaultBins)
	if bins < 1 || bins > MaxBins {
		return &HistogramValue{media.Fail(invalid("histogram", "must have from 1 to %d bins; it has %d", MaxBins, bins))}
	}
	least, greatest := limits(values)
	if math.IsNaN(least) || math.IsInf(least, 0) || math.IsInf(greatest, 0) || math.IsInf(greatest-least, 0) {
		return &HistogramValue{media.Fail(invalid("histogram", "must have finite values; they are from %v to %v", least, greatest))}
	}
	edges := equalEdges(least, greatest, bins)
	return &HistogramValue{media.Hold(&histogram{counts: count(values, edges), edges: edges})}
}

// HistogramOf is a histogram that was counted elsewhere. There is one more edge than there
// are counts, and the edges grow. Both are copied.
func HistogramOf[C ~int | ~int64 | ~uint64 | ~float64](counts []C, edges []float64) *HistogramValue {
	switch {
	case len(counts) > MaxBins:
		return &HistogramValue{media.Fail(invalid("histogram", "must have at most %d bins; it has %d", MaxBins, len(counts)))}
	case len(counts)+1 != len(edges):
		return &HistogramValue{media.Fail(invalid("histogram", "must have one more edge than counts; it has %d edges and %d counts", len(edges), len(counts)))}
	}
	h := &histogram{counts: make([]float64, len(counts)), edges: append([]float64(nil), edges...)}
	for i, c := range counts {
		if h.counts[i] = float64(c); math.IsNaN(h.counts[i]) || math.IsInf(h.counts[i], 0) {
			return &HistogramValue{media.Fail(invalid("histogram", "must have finite counts; count %d is %v", i, h.counts[i]))}
		}
	}
	for i, e := range edges {
		if math.IsNaN(e) || math.IsInf(e, 0) || i > 0 && e < edges[i-1] {
			return &HistogramValue{media.Fail(invalid("histogram", "must have finite edges that grow; edge %d is %v", i, e))}
		}
	}
	return &HistogramValue{media.Hold(h)}
}

// limits are the least and the greatest value; NaN if there is one.
func limits[F ~float32 | ~float64 | ~int | ~int32 | ~int64](values []F) (least, greatest float64) {
	if len(values) == 0 {
		return 0, 1 // as numpy
	}
	lo, hi := values[0], values[0]
	for _, v := range values {
		if math.IsNaN(float64(v)) {
			return math.NaN(), math.NaN()
		}
		if v < lo { // faster than min and max
			lo = v
		} else if v > hi {
			hi = v
		}
	}
	if lo == hi {
		return float64(lo) - 0.5, float64(hi) + 0.5
	}
	return float64(lo), float64(hi)
}

// equalEdges are the edges of bins of equal width, rounded as numpy does.
func equalEdges(least, greatest float64, bins int) []float64 {
	edges := make([]float64, bins+1)
	width := (greatest - least) / float64(bins)
	for i := range edges {
		edges[i] = float64(float64(i)*width) + least // two roundings on every processor
	}
	edges[bins] = greatest
	return edges
}

// count counts values in bins, as numpy does: each bin has its lower edge, and the last one
// both.
func count[F ~float32 | ~float64 | ~int | ~int32 | ~int64](values []F, edges []float64) []float64 {
	bins := len(edges) - 1
	counts := make([]int, bins)
	least, perWidth := edges[0], float64(bins)/(edges[bins]-edges[0])
	narrow := math.IsInf(perWidth, 0) // values are equal, or differ by less than can be divided
	for _, v := range values {
		f := float64(v)
		if narrow {
			above := sort.Search(bins, func(i int) bool { return edges[i] > f })
			counts[max(above-1, 0)]++
			continue
		}
		i := min(int((f-least)*perWidth), bins-1) // may be one off
		if f < edges[i] {
			i--
		} else if i < bins-1 && f >= edges[i+1] {
			i++
		}
		counts[i]++
	}
	out := make([]float64, bins)
	for i, c := range counts {
		out[i] = float64(c)
	}
	return out
}

type histogram struct{ counts, edges []float64 }

// Prepare implements [media.Value].
func (h *histogram) Prepare(*media.Stage) (media.Prepared, error) { return h, nil }

// AppendJSON implements [media.Prepared].
func (h *histogram) AppendJSON(dst []byte, _ *media.Place) ([]byte, error) {
	dst = append(dst, `{"_type":"histogram","values":[`...)
	for i, c := range h.counts {
		if i > 0 {
			dst = append(dst, ',')
		}
		if c == math.Trunc(c) && math.Abs(c) < 1<<53 {
			dst = strconv.AppendInt(dst, int64(c), 10)
			continue
		}
		dst = jsonx.AppendFloat(dst, c, 64)
	}
	dst = append(dst, `],"bins":[`...)
	for i, e := range h.edges {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsonx.AppendFloat(dst, e, 64)
	}
	return append(dst, "]}"...), nil
}
