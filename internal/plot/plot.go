// Package plot draws the values of a metric as text.
package plot

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Sizes of a plot, in characters.
const (
	DefaultWidth  = 72
	DefaultHeight = 16
	minWidth      = 8
	minHeight     = 2
)

// Options say how a plot looks. The zero Options are usable.
type Options struct {
	// Width and Height are those of the drawing, without axes and labels.
	Width, Height int
	// MaxWidth is how wide all of it may be at most, where that leaves room for a
	// drawing; 0 is no limit. Title and caption are not cut off.
	MaxWidth int
	// ASCII draws with characters that every terminal has.
	ASCII bool
	// Title stands above, XLabel beside the x-axis.
	Title, XLabel string
}

// Draw draws the points (xs[i], ys[i]), which are in the order of time, and joins
// those that follow each other. NaN and infinity are not drawn, break the line,
// and are counted below. The result ends in a newline; it has no other control
// characters.
func Draw(xs, ys []float64, o Options) string {
	n := min(len(xs), len(ys))
	xs, ys = xs[:n], ys[:n]
	if o.Width <= 0 {
		o.Width = DefaultWidth
	}
	if o.Height <= 0 {
		o.Height = DefaultHeight
	}
	o.Width, o.Height = max(o.Width, minWidth), max(o.Height, minHeight)
	var b strings.Builder
	if o.Title != "" {
		b.WriteString(clean(o.Title) + "\n")
	}
	s := survey(xs, ys)
	if s.drawn > 0 {
		draw(&b, xs, ys, s, o)
	}
	b.WriteString(s.caption() + "\n")
	return b.String()
}

// clean takes control characters out of a name.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
}

// stats is what the points come to.
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

// short writes a number with six digits at most, whole numbers in full.
func short(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return strconv.FormatFloat(f, 'g', 6, 64)
}

// axis is how wide the y-axis is, with the blank before it.
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
		o.Width = min(o.Width, max(minWidth, o.MaxWidth-margin-axis))
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

// yLabels has a label for the top, the bottom, and some rows between, with as
// many digits as it takes to tell them apart.
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
				v = 0 // near enough for a label
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
	label := clean(o.XLabel)
	switch beside := utf8.RuneCountInString(line) + 2 + utf8.RuneCountInString(label); {
	case label == "":
	case o.MaxWidth > 0 && beside > o.MaxWidth: // below it, in the middle
		n := utf8.RuneCountInString(label)
		left := max(0, min(margin+axis+max(0, o.Width-n)/2, o.MaxWidth-n))
		line += "\n" + strings.Repeat(" ", left) + label
	default:
		line += "  " + label
	}
	return line
}

// bounds makes room around a single value.
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

// Dots of a character of the Braille block.
const (
	dotsWide = 2
	dotsHigh = 4
	braille  = 0x2800
)

// dotBits are the bits of the dots by row and column.
var dotBits = [dotsHigh][dotsWide]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// canvas holds the dots of a drawing.
type canvas struct {
	wide, high int // in dots
	ascii      bool
	dots       []bool
}

func newCanvas(o Options) *canvas {
	c := &canvas{wide: o.Width, high: o.Height, ascii: o.ASCII}
	if !o.ASCII {
		c.wide, c.high = o.Width*dotsWide, o.Height*dotsHigh
	}
	c.dots = make([]bool, c.wide*c.high)
	return c
}

// trace draws the line through the points.
func (c *canvas) trace(xs, ys []float64, s stats) {
	lowX, highX := bounds(s.minX, s.maxX)
	lowY, highY := bounds(s.minY, s.maxY)
	pen := false
	var px, py int
	for i, y := range ys {
		if !finite(y) || !finite(xs[i]) {
			pen = false
			continue
		}
		x, y := scale(xs[i], lowX, highX, c.wide), c.high-1-scale(y, lowY, highY, c.high)
		if pen {
			c.line(px, py, x, y)
		} else {
			c.dots[y*c.wide+x] = true
		}
		px, py, pen = x, y, true
	}
}

// scale gives the place of v among n. Halves, as a difference may overflow.
func scale(v, low, high float64, n int) int {
	at := (v/2 - low/2) / (high/2 - low/2)
	if !finite(at) { // a range too small to be divided
		at = 0.5
	}
	return max(0, min(int(math.Round(at*float64(n-1))), n-1))
}

func (c *canvas) line(x0, y0, x1, y1 int) {
	dx, dy := abs(x1-x0), -abs(y1-y0)
	sx, sy := sign(x1-x0), sign(y1-y0)
	for e := dx + dy; ; {
		c.dots[y0*c.wide+x0] = true
		if x0 == x1 && y0 == y1 {
			return
		}
		double := 2 * e
		if double >= dy {
			e += dy
			x0 += sx
		}
		if double <= dx {
			e += dx
			y0 += sy
		}
	}
}

func abs(n int) int { return max(n, -n) }

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// rows are the lines of text, from the top.
func (c *canvas) rows() []string {
	if c.ascii {
		return c.asciiRows()
	}
	var rows []string
	for y := 0; y < c.high; y += dotsHigh {
		var row []rune
		for x := 0; x < c.wide; x += dotsWide {
			r := rune(0)
			for dy := range dotsHigh {
				for dx := range dotsWide {
					if c.dots[(y+dy)*c.wide+x+dx] {
						r |= dotBits[dy][dx]
					}
				}
			}
			if r == 0 {
				row = append(row, ' ')
			} else {
				row = append(row, braille+r)
			}
		}
		rows = append(rows, string(row))
	}
	return rows
}

func (c *canvas) asciiRows() []string {
	var rows []string
	for line := range slices.Chunk(c.dots, c.wide) {
		row := make([]byte, c.wide)
		for i, dot := range line {
			row[i] = ' '
			if dot {
				row[i] = '*'
			}
		}
		rows = append(rows, string(row))
	}
	return rows
}
