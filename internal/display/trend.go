package display

import (
	"math"
	"strings"
)

// maxPoints is how many values a trend remembers.
const maxPoints = 64

// trend remembers the history of a metric in little space: whenever it is full, it
// drops every other point and from then on adds only every other value.
type trend struct {
	points []float64
	stride int // every how many values one is added
	skip   int // values to skip before the next is added
	first  float64
	last   float64
	seen   int
}

func (t *trend) add(v float64) {
	if t.seen == 0 {
		t.first, t.stride = v, 1
	}
	t.seen++
	t.last = v
	if t.skip > 0 {
		t.skip--
		return
	}
	if len(t.points) == maxPoints {
		for i := range maxPoints / 2 {
			t.points[i] = t.points[2*i]
		}
		t.points = t.points[:maxPoints/2]
		t.stride *= 2
	}
	t.points = append(t.points, v)
	t.skip = t.stride - 1
}

var bars = []rune("▁▂▃▄▅▆▇█")

// sparkline draws the history in at most width characters. NaN and infinities leave
// gaps; a constant is a flat line.
func (t *trend) sparkline(width int) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range t.points {
		if finite(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	n := min(width, len(t.points))
	var b strings.Builder
	for i := range n {
		switch v := t.points[i*len(t.points)/n]; {
		case !finite(v):
			b.WriteByte(' ')
		case high == low:
			b.WriteRune(bars[0])
		default:
			b.WriteRune(bars[int((v-low)/(high-low)*float64(len(bars)-1)+0.5)])
		}
	}
	return b.String()
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
