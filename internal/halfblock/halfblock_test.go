package halfblock

import (
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDraw_Pixels_AreHalvesOfCharacters(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(5, 5, 7, 8)) // 2×3
	img.Set(5, 5, color.NRGBA{255, 0, 0, 255})
	img.Set(6, 5, color.NRGBA{255, 0, 0, 255})
	img.Set(5, 6, color.NRGBA{0, 0, 255, 255})
	img.Set(6, 6, color.NRGBA{0, 0, 255, 255})
	img.Set(5, 7, color.NRGBA{128, 128, 128, 255})
	o := Options{Columns: 80, Rows: 24, TrueColor: true}
	assert.Equal(t, "\x1b[38;2;255;0;0;48;2;0;0;255m▀▀\x1b[0m\n"+
		"\x1b[38;2;128;128;128;49m▀\x1b[38;2;0;0;0;49m▀\x1b[0m\n", Draw(img, o))
	o.TrueColor = false
	assert.Equal(t, "\x1b[38;5;196;48;5;21m▀▀\x1b[0m\n\x1b[38;5;244;49m▀\x1b[38;5;16;49m▀\x1b[0m\n", Draw(img, o))
}

func TestDraw_LargeImage_FitsWithItsProportions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                                      string
		width, height, columns, rows, cols, lines int
	}{
		{"small stays", 8, 6, 80, 24, 8, 3},
		{"wide", 1000, 100, 50, 24, 50, 3},
		{"high", 100, 1000, 80, 10, 2, 10},
		{"line", 5000, 1, 40, 10, 40, 1},
		{"column", 1, 5000, 40, 10, 1, 10},
		{"huge", 65500, 65500, 40, 10, 20, 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			img := uniform{image.Rect(0, 0, tt.width, tt.height)}
			lines := strings.SplitAfter(Draw(img, Options{Columns: tt.columns, Rows: tt.rows}), "\n")
			require.Len(t, lines, tt.lines+1)
			for _, line := range lines[:tt.lines] {
				assert.Equal(t, tt.cols, strings.Count(line, "▀"))
			}
		})
	}
	assert.Empty(t, Draw(image.NewGray(image.Rectangle{}), Options{Columns: 1, Rows: 1}))
	assert.Empty(t, Draw(uniform{image.Rect(0, 0, 1, 1)}, Options{}))
}

// uniform is an image without memory.
type uniform struct{ image.Rectangle }

func (uniform) ColorModel() color.Model   { return color.GrayModel }
func (u uniform) Bounds() image.Rectangle { return u.Rectangle }
func (uniform) At(int, int) color.Color   { return color.Gray{200} }
