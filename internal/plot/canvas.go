package plot

import (
	"cmp"
	"math"
)

// Each character of the Braille block has dotsWide × dotsHigh dots.
const (
	dotsWide = 2
	dotsHigh = 4
	braille  = 0x2800
)

// dotBits are the bits of the dots, by row and column.
var dotBits = [dotsHigh][dotsWide]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// canvas holds the dots of a plot.
type canvas struct {
	wide, high         int // in dots
	cellWide, cellHigh int // the dots of a character
	dots               []bool
}

func newCanvas(o Options) *canvas {
	c := &canvas{cellWide: dotsWide, cellHigh: dotsHigh}
	if o.ASCII {
		c.cellWide, c.cellHigh = 1, 1
	}
	c.wide, c.high = o.Width*c.cellWide, o.Height*c.cellHigh
	c.dots = make([]bool, c.wide*c.high)
	return c
}

// trace draws the line that connects the points.
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

// scale returns the position of v among n. It uses halves because a difference may
// overflow.
func scale(v, low, high float64, n int) int {
	at := (v/2 - low/2) / (high/2 - low/2)
	if !finite(at) { // the range is too small to divide
		at = 0.5
	}
	return max(0, min(int(math.Round(at*float64(n-1))), n-1))
}

func (c *canvas) line(x0, y0, x1, y1 int) {
	dx, dy := abs(x1-x0), -abs(y1-y0)
	sx, sy := cmp.Compare(x1, x0), cmp.Compare(y1, y0)
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

// rows returns the lines of text, from the top.
func (c *canvas) rows() []string {
	var rows []string
	for y := 0; y < c.high; y += c.cellHigh {
		var row []rune
		for x := 0; x < c.wide; x += c.cellWide {
			row = append(row, c.character(x, y))
		}
		rows = append(rows, string(row))
	}
	return rows
}

// character returns the one whose dots begin at x and y.
func (c *canvas) character(x, y int) rune {
	r := rune(0)
	for dy := range c.cellHigh {
		for dx := range c.cellWide {
			if c.dots[(y+dy)*c.wide+x+dx] {
				r |= dotBits[dy][dx]
			}
		}
	}
	switch {
	case r == 0:
		return ' '
	case c.cellWide == 1:
		return '*'
	}
	return braille + r
}
