package main

import (
	"context"
	"fmt"
	"image"
	"math"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/media"
)

// logMedia logs n images of 256×256 pixels, a table of n rows of ten columns, or histograms
// of a million values at n steps.
func logMedia(what string, n int) timing {
	ctx := context.Background()
	before := time.Now()
	r, err := client.Init(ctx, client.RunOptions{})
	check(err)
	created := time.Now()
	t := timing{Created: float64(created.UnixNano()) / 1e9, Init: created.Sub(before).Seconds()}
	switch what {
	case "images":
		img := image.NewRGBA(image.Rect(0, 0, 256, 256))
		for i := range n {
			fill(img, i)
			check(r.Log(map[string]any{"img": media.Image(img)}))
		}
	case "table":
		table := media.NewTable("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
		for i := range n {
			text, f := fmt.Sprint("row ", i), float64(i)/7
			check(table.AddRow(i, f, text, i%2 == 0, f, f, f, text, i, f))
		}
		check(r.Log(map[string]any{"tab": table}))
	case "histogram":
		values := make([]float64, 1_000_000)
		for i := range values {
			values[i] = math.Sin(float64(i))
		}
		for range n {
			check(r.Log(map[string]any{"w": media.Histogram(values, 64)}))
		}
	}
	t.Log = seconds(created)
	logged := time.Now()
	check(r.Finish(ctx))
	t.Finish = seconds(logged)
	return t
}

// fill draws a picture with smooth areas and some noise, which differs for each i.
func fill(img *image.RGBA, i int) {
	noise := uint32(i)
	for y := range 256 {
		for x := range 256 {
			noise = noise*1664525 + 1013904223
			at := img.Pix[img.PixOffset(x, y):]
			at[0], at[1], at[2], at[3] = uint8(x), uint8(y+i), uint8((x+y)/2)+uint8(noise>>29), 255
		}
	}
}
