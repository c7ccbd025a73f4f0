// Package plot draws the values of a metric as text.
package plot

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/term"
)

// Sizes of a plot, in characters.
const (
	DefaultWidth  = 72
	DefaultHeight = 16
	MinWidth      = 8
	MinHeight     = 2
)

// Options say how a plot looks. The zero Options are usable.
type Options struct {
	// Width and Height are those of the plot without axes and labels.
	Width, Height int
	// MaxWidth limits the width including axes and labels, as long as that leaves room
	// for the plot; 0 means no limit. Title and caption are not cut.
	MaxWidth int
	// ASCII uses ASCII characters only.
	ASCII bool
	// Title is above the plot, XLabel beside the x-axis.
	Title, XLabel string
}

// Draw plots the points (xs[i], ys[i]), which are in the order of time, and connects
// them. NaN and infinities are not drawn: they leave gaps and are counted below the
// plot. The result ends in a newline. It has no other control characters than
// newlines.
func Draw(xs, ys []float64, o Options) string {
	n := min(len(xs), len(ys))
	xs, ys = xs[:n], ys[:n]
	o.Width = max(cmp.Or(max(o.Width, 0), DefaultWidth), MinWidth)
	o.Height = max(cmp.Or(max(o.Height, 0), DefaultHeight), MinHeight)
	var b strings.Builder
	if o.Title != "" {
		b.WriteString(plaintext.Line(o.Title, plaintext.NoLimit) + "\n")
	}
	s := survey(xs, ys)
	if s.drawn > 0 {
		draw(&b, xs, ys, s, o)
	}
	b.WriteString(s.caption() + "\n")
	return b.String()
}

// stats summarizes the points.
type stats struct {
	drawn, nan, up, down int
	minX, maxX           float64
	minY, maxY           float64
	lowAt, highAt, lastY float64
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

func survey(xs, ys []float64) stats {
	var s stats
	for i, y := range ys {
		switch {
		case math.IsInf(y, 1):
			s.up++
		case math.IsInf(y, -1):
			s.down++
		case math.IsNaN(y) || !finite(xs[i]):
			s.nan++
		default:
			x := xs[i]
			if s.drawn == 0 {
				s.minX, s.maxX, s.minY, s.maxY, s.lowAt, s.highAt = x, x, y, y, x, x
			}
			s.drawn++
			s.minX, s.maxX, s.lastY = min(s.minX, x), max(s.maxX, x), y
			if y < s.minY {
				s.minY, s.lowAt = y, x
			}
			if y > s.maxY {
				s.maxY, s.highAt = y, x
			}
		}
	}
	return s
}

func (s stats) caption() string {
	var parts []string
	for _, c := range []struct {
		n    int
		what string
	}{{s.nan, "NaN"}, {s.up, "+Inf"}, {s.down, "-Inf"}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	left := ""
	if len(parts) > 0 {
		left = "; not drawn: " + strings.Join(parts, ", ")
	}
	switch s.drawn {
	case 0:
		return "no values to draw" + left
	case 1:
		return fmt.Sprintf("1 value: %s at %s%s", short(s.lastY), short(s.minX), left)
	}
	return fmt.Sprintf("%d values: min %s at %s, max %s at %s, last %s%s", s.drawn,
		short(s.minY), short(s.lowAt), short(s.maxY), short(s.highAt), short(s.lastY), left)
}

// short writes a number with at most six digits, and integers in full.
func short(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return strconv.FormatFloat(f, 'g', 6, 64)
}

// axis is the width of the y-axis, with the space before it.
const axis = 2

// frame are the characters of the axes.
type frame struct{ tick, side, corner, floor string }

func draw(b *strings.Builder, xs, ys []float64, s stats, o Options) {
	f := frame{"┤", "│", "└", "─"}
	if o.ASCII {
		f = frame{"+", "|", "+", "-"}
	}
	labels := yLabels(s, o.Height)
	margin := 0
	for _, l := range labels {
		margin = max(margin, len(l))
	}
	if o.MaxWidth > 0 {
		o.Width = min(o.Width, max(MinWidth, o.MaxWidth-margin-axis))
	}
	c := newCanvas(o)
	c.trace(xs, ys, s)
	rows := c.rows()
	for i, row := range rows {
		edge := f.side
		if labels[i] != "" {
			edge = f.tick
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf("%*s %s%s", margin, labels[i], edge, row), " ") + "\n")
	}
	fmt.Fprintf(b, "%*s %s%s\n", margin, "", f.corner, strings.Repeat(f.floor, o.Width))
	b.WriteString(strings.TrimRight(xLabels(s, o, margin), " ") + "\n")
}

// yLabels returns labels for the top, the bottom, and some rows in between, with as
// many digits as it takes to distinguish them.
func yLabels(s stats, height int) []string {
	low, high := bounds(s.minY, s.maxY)
	ticks := max(1, (height-1)/4)
	labels := make([]string, height)
	for digits := 4; digits <= 17; digits++ {
		seen := make(map[string]bool)
		for i := range ticks + 1 {
			row := i * (height - 1) / ticks
			at := 1 - float64(row)/float64(height-1)
			v := low*(1-at) + high*at
			if math.Abs(v) < high*1e-4-low*1e-4 {
				v = 0 // close enough for a label
			}
			labels[row] = strconv.FormatFloat(v, 'g', digits, 64)
			seen[labels[row]] = true
		}
		if len(seen) > ticks {
			break
		}
	}
	return labels
}

func xLabels(s stats, o Options, margin int) string {
	first, last := short(s.minX), short(s.maxX)
	line := strings.Repeat(" ", margin+axis) + first
	if s.maxX > s.minX {
		gap := o.Width - len(first) - len(last)
		line += strings.Repeat(" ", max(gap, 1)) + last
	}
	label := plaintext.Line(o.XLabel, plaintext.NoLimit)
	switch beside := term.Width(line) + 2 + term.Width(label); {
	case label == "":
	case o.MaxWidth > 0 && beside > o.MaxWidth: // below it, centered
		n := term.Width(label)
		left := max(0, min(margin+axis+max(0, o.Width-n)/2, o.MaxWidth-n))
		line += "\n" + strings.Repeat(" ", left) + label
	default:
		line += "  " + label
	}
	return line
}

// bounds returns the range to plot, with room around a single value.
func bounds(low, high float64) (from, to float64) {
	if low < high {
		return low, high
	}
	d := math.Abs(low) / 2
	if d == 0 {
		d = 1
	}
	from, to = low-d, high+d
	if !finite(from) || !finite(to) {
		return low / 2, high
	}
	return from, to
}
