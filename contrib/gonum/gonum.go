package gonum

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/wandgo/wandgo/media"
)

// dpi is the resolution at which plots are drawn.
const dpi = 96

// Plot draws a plot as an image of a width and height in pixels, on white. It is drawn and
// encoded before Plot returns. A plot that cannot be drawn, or a size that is not from 1 to
// 65,500 pixels, is an error of the call that logs the value.
func Plot(p *plot.Plot, width, height int, options ...media.ImageOptions) *media.ImageValue {
	if p == nil || width < 1 || height < 1 || width > media.MaxSide || height > media.MaxSide {
		return media.Image(nil, options...)
	}
	points := func(pixels int) vg.Length { return vg.Length(pixels) * vg.Inch / dpi }
	c := vgimg.NewWith(vgimg.UseWH(points(width), points(height)), vgimg.UseDPI(dpi))
	p.Draw(draw.New(c))
	return media.Image(c.Image(), options...)
}

// Table returns a table with the rows of a matrix. names are those of the columns; without
// any they are c0, c1 and so on. The matrix is copied.
func Table(m mat.Matrix, names ...string) (*media.Table, error) {
	rows, columns := m.Dims()
	if len(names) == 0 {
		for j := range columns {
			names = append(names, fmt.Sprintf("c%d", j))
		}
	}
	table := media.NewTable(names...)
	cells := make([]any, columns)
	for i := range rows {
		for j := range cells {
			cells[j] = m.At(i, j)
		}
		if err := table.AddRow(cells...); err != nil {
			return nil, err
		}
	}
	return table, nil
}

// Histogram counts the elements of a matrix in bins of equal width, as media.Histogram does.
func Histogram(m mat.Matrix, bins int) *media.HistogramValue {
	rows, columns := m.Dims()
	values := make([]float64, 0, rows*columns)
	for i := range rows {
		for j := range columns {
			values = append(values, m.At(i, j))
		}
	}
	return media.Histogram(values, bins)
}
