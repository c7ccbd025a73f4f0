package browsertest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/media"
)

// charts makes a run with a chart of each kind.
func charts(t *testing.T, dir string) {
	t.Helper()
	run := start(t, dir, client.RunOptions{Entity: "acme", Project: "vision", ID: "charts", Name: "charts"})
	rng := rand.New(rand.NewPCG(1, 2))
	points := media.NewTable("x", "y", "kind", "label", "value")
	for i := range 60 {
		y := any(math.Sin(float64(i)/10) + rng.NormFloat64()/10)
		if i == 30 {
			y = math.NaN()
		}
		require.NoError(t, points.AddRow(float64(i)/4, y, []string{"train", "validation", ""}[i%3], "class "+string(rune('A'+i%26)), float64(i%12)-3))
	}
	few := media.NewTable("label", "value")
	for i, name := range []string{"Adélie", "Chinstrap", "Gentoo", "a class with a name that is long", "missing", "negative"} {
		value := any(float64(i)*1.25 + 1)
		switch name {
		case "missing":
			value = nil
		case "negative":
			value = -2.5
		}
		require.NoError(t, few.AddRow(name, value))
	}
	normal := media.NewTable("weight")
	for range 2000 {
		require.NoError(t, normal.AddRow(rng.NormFloat64()*3+50))
	}
	truth, guesses := make([]int, 300), make([]int, 300)
	scores := make([][]float64, 300)
	for i := range truth {
		truth[i] = i % 3
		guesses[i] = truth[i]
		if rng.Float64() < 0.2 {
			guesses[i] = rng.IntN(3)
		}
		scores[i] = []float64{rng.Float64() / 2, rng.Float64() / 2, rng.Float64() / 2}
		scores[i][guesses[i]] += 0.4
	}
	names := []string{"cat", "dog", "sea lion"}
	require.NoError(t, run.Log(map[string]any{
		"line": media.Line(points, "x", "y"), "lines": media.Lines(points, "x", "y", "kind", media.ChartOptions{Title: "Loss by split"}),
		"scatter": media.Scatter(points, "x", "y"), "bar": media.Bar(few, "label", "value"), "many bars": media.Bar(points, "label", "value"),
		"histogram": media.HistogramChart(normal, "weight"), "confusion": media.ConfusionMatrix(truth, guesses, names, media.ChartOptions{SplitTable: true}),
		"pr": media.PRCurve(truth, scores, names), "roc": media.ROC(truth, scores, names),
		"series": media.LineSeries([][]float64{{0, 1, 2, 3}}, [][]float64{{1, 3, 2, 5}, {2, 2, 4, 1}}, []string{"first", "second"}, "epoch"),
		"once":   0.25,
		"empty":  media.Scatter(media.NewTable("x", "y"), "x", "y"), "unknown": media.Vega("acme/own", few, map[string]string{"a": "label"}, nil),
	}))
	require.NoError(t, run.Finish(t.Context()))
}

func TestRun_Charts_AreDrawn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	charts(t, dir)
	url := serve(t, dir)
	var tb *tab
	const drawn = `document.querySelectorAll("svg.custom").length === 10`
	for _, theme := range []string{"light", "dark"} {
		tb = open(t, url)
		_, err := chromedp.Call(tb.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}})
		require.NoError(t, err)
		tb.do(chromedp.EmulateViewport(1400, 3200), chromedp.Navigate(url+"/acme/vision/runs/charts"))
		tb.until(drawn)
		tb.picture("custom-charts-" + theme)
	}
	text := js[string](tb, `[...document.querySelectorAll("svg.custom text")].map((e) => e.firstChild.data).join("|")`)
	for _, want := range []string{"Recall", "False positive rate", "Predicted", "sea lion", "second", "Gentoo", "and 30 more bars", "(empty)"} {
		assert.Contains(t, text, want)
	}
	assert.Equal(t, 9, js[int](tb, `document.querySelectorAll("svg[aria-label='confusion matrix'] rect").length`))
	titles := js[string](tb, `[...document.querySelectorAll("h2")].map((e) => e.firstChild.data).join("|")`)
	assert.Contains(t, titles, "Loss by split")
	assert.Contains(t, js[string](tb, `document.body.innerText`), "The table of the chart has no rows.")
	assert.Zero(t, js[int](tb, `[...document.querySelectorAll("svg.custom *")].filter((e) => [...e.attributes].some((a) => a.value.includes("NaN") || a.value.includes("undefined"))).length`))

	assert.False(t, js[bool](tb, `document.getElementById("tab-media") !== null`), "charts are not under Media")
	tb.do(chromedp.EmulateViewport(1400, 700), script(`scrollTo(0, 0)`))
	tb.until(`document.querySelector('section[aria-label="once"] canvas')`)
	tb.picture("one-value")
	tb.until(`(() => { const c = document.querySelector('section[aria-label="once"] canvas'), d = c.getContext("2d").getImageData(c.width * 0.3, 20, c.width * 0.6, c.height * 0.6).data; for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200 && Math.max(d[i], d[i + 1], d[i + 2]) - Math.min(d[i], d[i + 1], d[i + 2]) > 40) return true; })()`)

	const shownCards = `[...document.querySelectorAll(".card > h2")].filter((e) => e.offsetParent).map((e) => e.firstChild.data).join("|")`
	tb.do(set("input[aria-label='Find a metric']", "LOSS BY", "input"))
	tb.until(shownCards + ` === "Loss by split"`)
	assert.NotContains(t, js[string](tb, `document.body.innerText`), "No metric has this name")
	tb.do(set("input[aria-label='Find a metric']", "neither", "input"))
	tb.until(shownCards + ` === "" && document.body.innerText.includes("No metric has this name")`)
	tb.do(set("input[aria-label='Find a metric']", "", "input"))

	tb.do(chromedp.EmulateViewport(420, 3000))
	tb.until(drawn)
	tb.picture("custom-charts-narrow")
	assert.LessOrEqual(t, js[int](tb, "document.documentElement.scrollWidth"), 420)
}
