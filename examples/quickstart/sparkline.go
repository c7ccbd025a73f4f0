package main

import (
	"math"
	"strings"
)

var levels = []rune("▁▂▃▄▅▆▇█")

// sparkline draws values as a line of at most width characters, from the lowest
// value to the highest. Where there are more values than characters, each
// character is a mean. What is no number is drawn as a blank.
func sparkline(values []float64, width int) string {
	points := squeeze(values, width)
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range points {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			low, high = min(low, v), max(high, v)
		}
	}
	var b strings.Builder
	for _, v := range points {
		switch {
		case math.IsNaN(v) || math.IsInf(v, 0):
			b.WriteByte(' ')
		case high == low:
			b.WriteRune(levels[len(levels)/2])
		default:
			b.WriteRune(levels[int((v-low)/(high-low)*float64(len(levels)-1)+0.5)])
		}
	}
	return b.String()
}

// squeeze averages values into at most width points of about equal share.
func squeeze(values []float64, width int) []float64 {
	if len(values) <= width {
		return values
	}
	points := make([]float64, width)
	for i := range points {
		part := values[i*len(values)/width : (i+1)*len(values)/width]
		for _, v := range part {
			points[i] += v / float64(len(part))
		}
	}
	return points
}
