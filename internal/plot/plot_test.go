package plot_test

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/internal/plot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "rewrite the golden files")

// curve returns n points of f.
func curve(n int, f func(x float64) float64) (xs, ys []float64) {
	for i := range n {
		xs = append(xs, float64(i))
		ys = append(ys, f(float64(i)))
	}
	return xs, ys
}

func TestDraw_MaxWidth_FitsAndUsesTheRoom(t *testing.T) {
	t.Parallel()
	xs, ys := curve(5000, func(x float64) float64 { return 1e6 * math.Sin(x/30) })
	for _, label := range []string{"", "_step", "a/rather/long/name/of/a/metric"} {
		for _, most := range []int{40, 60, 80, 200} {
			text := plot.Draw(xs, ys, plot.Options{MaxWidth: most, XLabel: label})
			wide := 0
			for line := range strings.Lines(text) {
				if !strings.Contains(line, "values:") {
					wide = max(wide, utf8.RuneCountInString(strings.TrimRight(line, "\n")))
				}
			}
			assert.LessOrEqual(t, wide, most, "%s", text)
			assert.GreaterOrEqual(t, wide, min(most, plot.DefaultWidth)-2, "it uses the room")
			assert.Contains(t, text, label)
		}
	}
	assert.NotPanics(t, func() { plot.Draw(xs, ys, plot.Options{MaxWidth: 1}) })
}

func TestDraw_EachShape_Golden(t *testing.T) {
	t.Parallel()
	inf := math.Inf(1)
	cases := map[string]struct {
		n    int
		f    func(x float64) float64
		opts plot.Options
	}{
		"decay":    {200, func(x float64) float64 { return 1 / (1 + x/10) }, plot.Options{Title: "train/loss", XLabel: "_step"}},
		"ascii":    {200, func(x float64) float64 { return 1 / (1 + x/10) }, plot.Options{Title: "train/loss", XLabel: "_step", ASCII: true}},
		"wave":     {500, func(x float64) float64 { return math.Sin(x / 30) }, plot.Options{Width: 40, Height: 9}},
		"one":      {1, func(float64) float64 { return 0.25 }, plot.Options{Width: 20, Height: 5}},
		"constant": {50, func(float64) float64 { return 3 }, plot.Options{Width: 20, Height: 5}},
		"none":     {0, nil, plot.Options{Title: "nothing"}},
		"only nan": {3, func(float64) float64 { return math.NaN() }, plot.Options{}},
		"many":     {100_000, func(x float64) float64 { return math.Mod(x, 2) * x }, plot.Options{Width: 30, Height: 6}},
		"non-finite": {60, func(x float64) float64 {
			switch {
			case x >= 20 && x < 30:
				return math.NaN()
			case x == 40:
				return inf
			case x == 41:
				return -inf
			}
			return x
		}, plot.Options{Width: 30, Height: 6}},
		"huge range": {20, func(x float64) float64 { return math.Pow(-1, x) * math.MaxFloat64 }, plot.Options{Width: 20, Height: 4}},
		"tiny range": {20, func(x float64) float64 { return 1e-320 * x }, plot.Options{Width: 20, Height: 4}},
		"large":      {20, func(x float64) float64 { return 1e12 + x }, plot.Options{Width: 20, Height: 4}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			xs, ys := curve(c.n, c.f)
			got := plot.Draw(xs, ys, c.opts)
			path := filepath.Join("testdata", strings.ReplaceAll(name, " ", "_")+".golden")
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
		})
	}
}

func FuzzDraw(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 4.0, 10, 4, true)
	f.Add(math.NaN(), math.Inf(1), -math.MaxFloat64, math.MaxFloat64, 0, -3, false)
	f.Fuzz(func(t *testing.T, x0, y0, x1, y1 float64, width, height int, ascii bool) {
		width, height = width%200, height%60
		got := plot.Draw([]float64{x0, x1}, []float64{y0, y1}, plot.Options{Width: width, Height: height, ASCII: ascii, Title: "a\x1bb"})
		assert.True(t, utf8.ValidString(got))
		assert.True(t, strings.HasSuffix(got, "\n"))
		assert.NotContains(t, got, "\x1b")
		if ascii {
			assert.Equal(t, len(got), utf8.RuneCountInString(got))
		}
	})
}
