package browsertest

import (
	"image"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/dashboard"
	"github.com/wandgo/wandgo/internal/runstore"
	"github.com/wandgo/wandgo/media"
)

// pictures makes a run with media, tables and a console.
func pictures(t *testing.T, dir string) {
	t.Helper()
	run := start(t, dir, client.RunOptions{Entity: "acme", Project: "vision", ID: "pictures", Name: "pictures", Config: map[string]any{"lr": 0.5}})
	_, err := run.Stdout(io.Discard).Write([]byte("epoch 1\nepoch 2 \x1b[32mgood\x1b[0m\n"))
	require.NoError(t, err)
	train(t, run, 3000, 0.5)
	picture := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i * 7)
	}
	table := media.NewTable("name", "score", "picture")
	require.NoError(t, table.AddRow("first: NaN, then", math.NaN(), media.Image(picture, media.ImageOptions{Caption: "in a cell"})))
	require.NoError(t, run.Log(map[string]any{
		"images/sample": media.Image(picture, media.ImageOptions{Caption: "noise"}), "predictions": table,
		"weights": media.Histogram([]float64{1, 2, 2, 3}, 4), "/etc/x y": media.Image(picture),
	}))
	require.NoError(t, run.Finish(t.Context()))
}

// report exports the runs below dir, and returns the address of the file.
func report(t *testing.T, dir string) string {
	t.Helper()
	store := runstore.Open([]string{dir}, runstore.Options{})
	t.Cleanup(store.Close)
	store.Refresh(t.Context())
	file := filepath.Join(t.TempDir(), "report.html")
	f, err := os.Create(file)
	require.NoError(t, err)
	left, err := dashboard.New(store, dashboard.Options{Version: "test", Mode: "export"}).Export(t.Context(), f, store.Runs())
	require.NoError(t, err)
	require.Zero(t, left)
	require.NoError(t, f.Close())
	return "file://" + file
}

func TestReport_FromADisk_IsAliveAndAsksNobody(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pictures(t, dir)
	url := report(t, dir)
	tb := open(t, url)
	tb.do(chromedp.Navigate(url))
	const loss = `document.querySelector('section[aria-label="train/loss"]')`
	tb.until(loss + `.chart.series.length === 1 && ` + loss + `.querySelector("canvas")`)
	assert.Equal(t, "epoch", js[string](tb, `document.querySelector('section[aria-label="val/loss"]').chart.asked().x`), "its step metric is its x axis")
	tb.do(set("input[type=range]", "0.9", "input"))
	tb.until(loss + `.chart.series.length === 2`)
	assert.Less(t, js[float64](tb, loss+`.chart.series[1].ys.reduce((a, b) => Math.max(a, b))`), 8.0, "the outlier is smoothed")
	tb.do(set("select[aria-label='x axis']", "_runtime", "change"))
	tb.until(loss + `.chart.asked().x === "_runtime" && ` + loss + `.chart.series.length === 2`)
	tb.picture("report")

	tb.do(chromedp.Click(chromedp.CSS("#tab-overview")))
	tb.until(`document.body.innerText.includes("table 1 row × 3")`)
	assert.Contains(t, js[string](tb, `document.body.innerText`), "image 64×48")
	tb.picture("report-overview")
	tb.do(chromedp.Click(chromedp.CSS("#tab-media")))
	tb.until(`[...document.querySelectorAll("figure img")].filter((i) => i.naturalWidth === 64).length === 3`)
	tb.until(`document.body.innerText.includes("first: NaN, then")`)
	tb.until(`document.querySelector("td figure img").naturalWidth === 64 && document.querySelector("td figcaption").innerText === "in a cell"`)
	tb.picture("report-media")
	tb.do(chromedp.Click(chromedp.CSS("#tab-console")))
	tb.until(`document.querySelectorAll(".console div").length === 2`)
	tb.do(set("input[aria-label='Find in the console']", "GOOD", "input"))
	tb.until(`document.querySelectorAll(".console div").length === 1`)
	tb.do(chromedp.Click(chromedp.CSS("#tab-files")))
	tb.until(`document.querySelectorAll("a[download][href^='data:image/png']").length >= 1`)
	tb.picture("report-files")
}

func TestReport_SeveralRuns_FindAndSort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vision(t, dir, 4)
	url := report(t, dir)
	tb := open(t, url)
	tb.do(chromedp.Navigate(url))
	tb.until(`document.querySelectorAll(".side aside li").length === 4`)
	tb.do(chromedp.Click(chromedp.CSS("a.brand")))
	tb.until(rowCount + " === 4")
	tb.do(set("input[type=search]", "otter-3 state:finished", "input"))
	tb.until(rowCount + " === 1")
	tb.do(set("input[type=search]", "", "input"))
	tb.until(rowCount + " === 4")
	tb.do(script(`[...document.querySelectorAll("thead button")].find((b) => b.textContent.startsWith("lr")).click()`))
	tb.until(`document.querySelector("tr[data-key] td.name").innerText === "brisk-otter-0"`)
	tb.picture("report-list")
	tb.do(chromedp.Click(chromedp.CSS("tr[data-key] a")))
	tb.until(`document.querySelector("h1").innerText === "brisk-otter-0"`)
}
