// Package halfblock draws images as text: each character is two pixels, the upper one in
// the color of the character and the lower one in that of its background. Every terminal
// with colors shows it.
package halfblock

import (
	"image"
	"strconv"
)

// Options say how large a drawing is and which colors it has.
type Options struct {
	// Columns and Rows are the most characters of the drawing. An image is made smaller to
	// fit, and never larger.
	Columns, Rows int
	// TrueColor uses colors of 24 bits; otherwise they are the nearest of 256.
	TrueColor bool
}

// samples is how many pixels across are averaged at most for one of the drawing, so that a
// large image takes no longer than a drawing of this detail.
const samples = 8

const reset = "\x1b[0m"

// Draw returns the image as lines that end with a line break and without color. What is
// transparent is black. It returns "" for an image without pixels.
func Draw(img image.Image, o Options) string {
	b := img.Bounds()
	if b.Empty() || o.Columns < 1 || o.Rows < 1 {
		return ""
	}
	width, height := fit(b.Dx(), b.Dy(), o.Columns, 2*o.Rows)
	d := drawing{img: img, width: width, height: height, trueColor: o.TrueColor}
	for y := 0; y < height; y += 2 {
		last := [2]string{}
		for x := range width {
			colors := [2]string{d.color("38", x, y), "49"}
			if y+1 < height {
				colors[1] = d.color("48", x, y+1)
			}
			if colors != last {
				d.out = append(d.out, "\x1b["+colors[0]+";"+colors[1]+"m"...)
				last = colors
			}
			d.out = append(d.out, "▀"...)
		}
		d.out = append(d.out, reset+"\n"...)
	}
	return string(d.out)
}

// fit is the size of an image that fits and has the same proportions.
func fit(width, height, maxWidth, maxHeight int) (int, int) {
	scale := min(1, float64(maxWidth)/float64(width), float64(maxHeight)/float64(height))
	return max(1, int(float64(width)*scale+0.5)), max(1, int(float64(height)*scale+0.5))
}

type drawing struct {
	img           image.Image
	width, height int
	trueColor     bool
	out           []byte
}

// color is the code of a pixel's color. kind is 38 for the character and 48 for its
// background.
func (d *drawing) color(kind string, x, y int) string {
	r, g, b := d.average(x, y)
	if !d.trueColor {
		return kind + ";5;" + strconv.Itoa(nearest(r, g, b))
	}
	return kind + ";2;" + strconv.Itoa(r) + ";" + strconv.Itoa(g) + ";" + strconv.Itoa(b)
}

// average is the color of the part of the image that is one pixel of the drawing, from 0
// to 255.
func (d *drawing) average(x, y int) (r, g, b int) {
	bounds := d.img.Bounds()
	x0, x1, dx := part(x, d.width, bounds.Dx())
	y0, y1, dy := part(y, d.height, bounds.Dy())
	n := 0
	for j := y0; j < y1; j += dy {
		for i := x0; i < x1; i += dx {
			red, green, blue, _ := d.img.At(bounds.Min.X+i, bounds.Min.Y+j).RGBA() // on black
			r, g, b, n = r+int(red>>8), g+int(green>>8), b+int(blue>>8), n+1
		}
	}
	return r / n, g / n, b / n
}

// part is the range of source pixels for one of the drawing, and the distance of those to
// look at.
func part(at, of, size int) (from, to, step int) {
	from = at * size / of
	to = max(from+1, (at+1)*size/of)
	return from, to, max(1, (to-from)/samples)
}

// levels are the values of red, green and blue in the cube of 256 colors.
var levels = [6]int{0, 95, 135, 175, 215, 255}

// nearest is the color of 256 that is closest: one of the cube, or a gray.
func nearest(r, g, b int) int {
	red, green, blue := level(r), level(g), level(b)
	gray := min(max((r+g+b)/3-3, 0)/10, 23)
	value := 8 + 10*gray
	if distance(r, g, b, value, value, value) < distance(r, g, b, levels[red], levels[green], levels[blue]) {
		return 232 + gray
	}
	return 16 + 36*red + 6*green + blue
}

func level(v int) int {
	switch {
	case v < 48:
		return 0
	case v < 115:
		return 1
	}
	return (v - 35) / 40
}

func distance(r, g, b, red, green, blue int) int {
	return (r-red)*(r-red) + (g-green)*(g-green) + (b-blue)*(b-blue)
}
