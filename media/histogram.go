package media

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"sync"

	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/media"
)

type number interface {
	~float32 | ~float64 | ~int | ~int32 | ~int64
}

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
// bins are [DefaultBins]. The values are read before Histogram returns, many of them on all
// cores; a million take a few milliseconds. An infinity or NaN among them is an error, because it has no bin.
func Histogram[F ~float32 | ~float64 | ~int | ~int32 | ~int64](values []F, bins int) *HistogramValue {
	return &HistogramValue{media.Hold(countValues(values, cmp.Or(bins, DefaultBins)))}
}

func countValues[F number](values []F, bins int) (*histogram, error) {
	if bins < 1 || bins > MaxBins {
		return nil, invalid("histogram", "must have from 1 to %d bins; it has %d", MaxBins, bins)
	}
	least, greatest := limits(values)
	if math.IsNaN(least) {
		return nil, invalid("histogram", "must have finite values, and has NaN")
	}
	if math.IsInf(least, 0) || math.IsInf(greatest, 0) || math.IsInf(greatest-least, 0) {
		return nil, invalid("histogram", "must have finite values; they are from %v to %v", least, greatest)
	}
	edges := equalEdges(least, greatest, bins)
	return &histogram{counts: count(values, edges), edges: edges}, nil
}

// HistogramOf is a histogram that was counted elsewhere. There is one more edge than there
// are counts, and the edges grow. Both are copied.
func HistogramOf[C ~int | ~int64 | ~uint64 | ~float64](counts []C, edges []float64) *HistogramValue {
	return &HistogramValue{media.Hold(copyCounts(counts, edges))}
}

func copyCounts[C ~int | ~int64 | ~uint64 | ~float64](counts []C, edges []float64) (*histogram, error) {
	switch {
	case len(counts) > MaxBins:
		return nil, invalid("histogram", "must have at most %d bins; it has %d", MaxBins, len(counts))
	case len(counts)+1 != len(edges):
		return nil, invalid("histogram", "must have one more edge than counts; it has %d edges and %d counts", len(edges), len(counts))
	}
	h := &histogram{counts: make([]float64, len(counts)), edges: slices.Clone(edges)}
	for i, c := range counts {
		if h.counts[i] = float64(c); math.IsNaN(h.counts[i]) || math.IsInf(h.counts[i], 0) {
			return nil, invalid("histogram", "must have finite counts; count %d is %v", i, h.counts[i])
		}
	}
	for i, e := range edges {
		if math.IsNaN(e) || math.IsInf(e, 0) || i > 0 && e < edges[i-1] {
			return nil, invalid("histogram", "must have finite edges that grow; edge %d is %v", i, e)
		}
	}
	return h, nil
}

// limits are the least and the greatest value; NaN if there is one.
func limits[F number](values []F) (least, greatest float64) {
	if len(values) == 0 {
		return 0, 1 // as numpy
	}
	type pair struct{ least, greatest float64 }
	found := inParts(values, func(part []F) pair {
		lo, hi := part[0], part[0]
		for _, v := range part {
			switch {
			case v >= lo: // mostly; never of a NaN
				if v > hi {
					hi = v
				}
			case v < lo:
				lo = v
			default:
				return pair{math.NaN(), math.NaN()}
			}
		}
		return pair{float64(lo), float64(hi)}
	})
	least, greatest = found[0].least, found[0].greatest
	for _, p := range found {
		least, greatest = min(least, p.least), max(greatest, p.greatest) // NaN if one is
	}
	if least == greatest {
		return least - 0.5, greatest + 0.5
	}
	return least, greatest
}

// partSize is how many values are worth a goroutine.
const partSize = 1 << 17

// inParts calls f with the parts of values, at once on as many cores as there are.
func inParts[F number, R any](values []F, f func(part []F) R) []R {
	n := min(runtime.GOMAXPROCS(0), max(1, len(values)/partSize))
	out := make([]R, n)
	if n == 1 {
		out[0] = f(values)
		return out
	}
	var parts sync.WaitGroup
	for i := range n {
		parts.Go(func() { out[i] = f(values[i*len(values)/n : (i+1)*len(values)/n]) })
	}
	parts.Wait()
	return out
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
func count[F number](values []F, edges []float64) []float64 {
	bins := len(edges) - 1
	out := make([]float64, bins)
	for _, counts := range inParts(values, func(part []F) []int { return countPart(part, edges) }) {
		for i, c := range counts {
			out[i] += float64(c)
		}
	}
	return out
}

func countPart[F number](values []F, edges []float64) []int {
	bins := len(edges) - 1
	least, perWidth := edges[0], float64(bins)/(edges[bins]-edges[0])
	if math.IsInf(perWidth, 0) { // values are equal, or differ by less than can be divided
		counts := make([]int, bins)
		for _, v := range values {
			above := sort.Search(bins, func(i int) bool { return edges[i] > float64(v) })
			counts[max(above-1, 0)]++
		}
		return counts
	}
	// MaxBins is a power of two, so that an index of these needs no check.
	var counts [MaxBins]int
	var lower, upper [MaxBins]float64
	copy(lower[:], edges[:bins])
	copy(upper[:], edges[1:bins])
	upper[bins-1] = math.Inf(1)
	for _, v := range values {
		f := float64(v)
		i := min(int((f-least)*perWidth), bins-1) & (MaxBins - 1) // may be one off
		if f < lower[i] {
			i--
		} else if f >= upper[i] {
			i++
		}
		counts[i&(MaxBins-1)]++
	}
	return counts[:bins]
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
