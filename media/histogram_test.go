package media

import (
	"math"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHistogram_ManyValues_CountsOfAllPartsAreAdded(t *testing.T) {
	t.Parallel()
	values := make([]float64, 3*partSize+5)
	for i := range values {
		values[i] = math.Sin(float64(i)) * 3
	}
	values[len(values)-1], values[0] = 9, -4 // the limits are in different parts
	least, greatest := limits(values)
	assert.InDelta(t, -4, least, 0)
	assert.InDelta(t, 9, greatest, 0)
	for _, bins := range []int{1, 63, MaxBins} {
		edges := equalEdges(least, greatest, bins)
		want := make([]float64, bins)
		for _, v := range values {
			want[min(sort.Search(bins, func(i int) bool { return edges[i+1] > v }), bins-1)]++
		}
		assert.Equal(t, want, count(values, edges), "%d bins", bins)
	}
	values[len(values)-2] = math.NaN()
	least, _ = limits(values)
	assert.True(t, math.IsNaN(least))
	values[0] = math.NaN()
	least, _ = limits(values[:1])
	assert.True(t, math.IsNaN(least))
}

func BenchmarkHistogram_Million(b *testing.B) {
	values := make([]float64, 1_000_000)
	for i := range values {
		values[i] = math.Sin(float64(i))
	}
	for b.Loop() {
		Histogram(values, 64)
	}
}
