package browsertest

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
)

// rowCount is the number of runs in the list.
const rowCount = `document.querySelectorAll("tr[data-key]").length`

func TestList_FilterSortGroup_ShowsMatchingRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vision(t, dir, 8)
	url := serve(t, dir)
	tb := open(t, url)
	tb.do(chromedp.Navigate(url))
	tb.until(rowCount + " === 8")
	tb.picture("list")
	assert.Contains(t, js[string](tb, `document.querySelector("thead").innerText`), "lr", "settings that differ are columns")

	tb.do(chromedp.SendKeys(chromedp.CSS(`input[type=search]`), "lr<0.01"))
	tb.until(rowCount + " === 4")
	for typed, want := range map[string]string{" train/loss<": "train/loss< needs a number", " -lr>=-": `-lr>= needs a decimal number; "-" is not one`, " lr<0x10": `lr< needs a decimal number; "0x10" is not one`, ` "two wor`: "the quote needs an end"} {
		tb.do(set("input[type=search]", "lr<0.01"+typed, "input"))
		tb.until(fmt.Sprintf(`document.querySelector(".tools .error").textContent === %q`, want))
		assert.Equal(t, 4, js[int](tb, rowCount), "a filter that is being typed leaves the list")
	}
	for _, whole := range []string{`lr<"0.01"`, `lr<0.01 "no<such:run"`, "lr<nan", "lr<.01", "lr<1e400", "lr=0x10"} {
		tb.do(set("input[type=search]", whole, "input"))
		tb.until(`document.querySelector(".tools .error").textContent === ""`)
	}

	tb.do(set("input[type=search]", "", "input"))
	tb.until(rowCount + " === 8")
	tb.do(script(`[...document.querySelectorAll("thead button")].find((b) => b.textContent.startsWith("lr")).click()`))
	tb.until(`document.querySelector("tr[data-key] td.name").innerText.match(/otter-[04]/)`)
	tb.do(set("select[aria-label='Group by']", "config.optimizer", "change"))
	tb.until(`document.querySelectorAll("tr.group").length === 2`)
	assert.Contains(t, js[string](tb, `document.querySelector("tr.group").innerText`), "optimizer = adam")
}

func TestList_Keyboard_OpensARun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vision(t, dir, 2)
	url := serve(t, dir)
	tb := open(t, url)
	tb.do(chromedp.Navigate(url))
	tb.until(rowCount + " === 2")
	tb.do(chromedp.KeyEvent("/"))
	tb.until(`document.activeElement.type === "search"`)
	tb.do(script(`document.activeElement.blur()`), chromedp.KeyEvent("j"))
	tb.until(`document.activeElement === document.querySelector("tr[data-key]")`)
	tb.do(chromedp.KeyEvent("j"), chromedp.KeyEvent(kb.Enter))
	tb.until(`location.pathname === "/acme/vision/runs/run0"`)
	tb.until(`document.querySelector("h1")`)
	assert.Equal(t, "brisk-otter-0", js[string](tb, `document.querySelector("h1").innerText`))
}

func TestList_NoRuns_SaysWhatToRun(t *testing.T) {
	t.Parallel()
	url := serve(t, t.TempDir())
	tb := open(t, url)
	tb.do(chromedp.Navigate(url))
	tb.until(`document.querySelector(".empty code")`)
	assert.Equal(t, "wandgo board DIR", js[string](tb, `document.querySelector(".empty code").innerText`))
}

func TestRun_ChartsZoomSmoothLog_ShowTheDetail(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vision(t, dir, 1)
	url := serve(t, dir)
	tb := open(t, url)
	tb.do(chromedp.Navigate(url + "/acme/vision/runs/run0"))
	tb.until(`document.querySelectorAll("canvas").length >= 3`)
	const loss = `document.querySelector('section[aria-label="train/loss"]')`
	tb.until(loss + `.querySelector(".note").textContent.includes("1 value NaN")`)
	assert.Less(t, 8.9, js[float64](tb, loss+`.chart.series[0].ys.reduce((a, b) => Math.max(a, b))`), "an outlier is not sampled away")
	assert.Contains(t, js[string](tb, `document.body.innerText`), "val", "metrics are grouped by prefix")
	tb.picture("run")

	tb.do(script(loss + `.scrollIntoView({ block: "center" })`))
	box := js[[]float64](tb, `(() => { const r = `+loss+`.querySelector(".u-over").getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()`)
	require.Len(t, box, 4)
	y := box[1] + box[3]/2
	tb.do(chromedp.DragAndDropXY(box[0]+box[2]*0.25, y, box[0]+box[2]*0.5, y))
	tb.until(`!` + loss + `.querySelector("button").hidden`)
	tb.until(loss + `.chart.series[0].total < 1000`)
	assert.False(t, js[bool](tb, loss+`.chart.series[0].sampled`), "zoomed in, every point is there")
	tb.do(script(loss + `.querySelector("button").click()`))
	tb.until(loss + `.chart.series[0].total === 2999`)

	const button = `section[aria-label="train/loss"] button[title=%q]`
	name, content := tb.download(fmt.Sprintf(button, "Download as PNG"))
	assert.Equal(t, "train_loss.png", name)
	picture, err := png.Decode(bytes.NewReader(content))
	require.NoError(t, err)
	assert.Equal(t, js[int](tb, loss+`.querySelector("canvas").width`), picture.Bounds().Dx())
	name, content = tb.download(fmt.Sprintf(button, "Download all points as CSV"))
	assert.Equal(t, "run0-train_loss.csv", name)
	assert.True(t, bytes.HasPrefix(content, []byte("_step,metric,value\n0,train/loss,1.1\n")))
	assert.Equal(t, 1+3000, bytes.Count(content, []byte("\n")), "every row, the one of NaN included")
	for _, full := range []bool{true, false} {
		tb.do(chromedp.Click(chromedp.CSS(fmt.Sprintf(button, "Full screen (F)"))))
		tb.until(fmt.Sprintf(loss+`.classList.contains("full") === %t`, full))
	}

	tb.do(set("input[type=range]", "0.9", "input"))
	tb.until(loss + `.chart.series.length === 2`)
	assert.Contains(t, js[string](tb, loss+`.querySelector(".note").textContent`), "smoothed: moving average, weight 0.9")

	assert.Equal(t, "epoch", js[string](tb, `document.querySelector('section[aria-label="val/loss"]').chart.asked().x`), "its step metric is its x axis")
	for _, x := range []string{"_runtime", "_timestamp", "epoch"} {
		tb.do(set("select[aria-label='x axis']", x, "change"))
		tb.until(loss + `.chart.series.length === 2 && ` + loss + `.chart.plot`)
	}
	tb.do(script(loss+`.focus()`), chromedp.KeyEvent("l"), chromedp.KeyEvent("f"))
	tb.until(loss + `.classList.contains("full")`)
	tb.do(chromedp.KeyEvent(kb.Escape))
	tb.until(`!` + loss + `.classList.contains("full")`)
}

func TestRun_Tabs_ShowOverviewConsoleAndFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vision(t, dir, 2)
	run := start(t, dir, client.RunOptions{Entity: "acme", Project: "vision", ID: "talks", Config: map[string]any{"lr": 0.5}})
	_, err := run.Stdout(io.Discard).Write([]byte("\x1b[31mred\x1b[0m plain\nsecond line\n"))
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"loss": 1}))
	require.NoError(t, run.Finish(t.Context()))
	url := serve(t, dir)
	tb := open(t, url)
	tb.do(chromedp.Navigate(url + "/acme/vision/runs/talks#console"))
	tb.until(`document.querySelectorAll(".console div").length === 2`)
	assert.Equal(t, "red", js[string](tb, `document.querySelector(".console span[style]").textContent`))
	tb.do(chromedp.Click(chromedp.CSS("#tab-overview")))
	tb.until(`document.querySelector("td.differs")`)
	tb.do(chromedp.Click(chromedp.CSS("#tab-files")))
	tb.until(`document.body.innerText.includes("wandb-metadata.json")`)
}

func TestRun_Live_GrowsByItself(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := start(t, dir, client.RunOptions{Entity: "acme", Project: "vision", ID: "live", Name: "still-training"})
	train(t, run, 100, 0.1)
	require.NoError(t, run.Flush(t.Context()))
	url := serve(t, dir)
	tb := open(t, url)
	tb.do(chromedp.Navigate(url + "/acme/vision/runs/live"))
	const row = `document.querySelector('section[aria-label="train/loss"]').chart.series[0].row`
	tb.until(row + ` >= 99`)
	train(t, run, 200, 0.1)
	require.NoError(t, run.Flush(t.Context()))
	tb.until(row + ` >= 299`)
	tb.until(`document.querySelector(".state.running")`)
	require.NoError(t, run.Finish(t.Context()))
	tb.until(`document.querySelector(".state.finished")`)
}

func TestRun_Refused_ShowsCauseAndCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	refused(t, dir)
	url := serve(t, dir)
	tb := open(t, url)
	tb.do(chromedp.Navigate(url))
	tb.until(rowCount + " === 1")
	assert.Contains(t, js[string](tb, `document.querySelector("tr[data-key]").innerText`), "refused")
	tb.do(chromedp.Click(chromedp.CSS("tr[data-key] a")))
	tb.until(`document.querySelector(".trouble.refused")`)
	text := js[string](tb, `document.querySelector(".trouble.refused").innerText`)
	assert.Contains(t, text, "globex")
	assert.Contains(t, text, "wandgo sync")
	tb.picture("refused")
}

func TestCompare_SelectedRuns_ShareCharts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vision(t, dir, 4)
	url := serve(t, dir)
	tb := open(t, url)
	tb.do(chromedp.Navigate(url + "/acme/vision"))
	tb.until(rowCount + " === 4")
	tb.do(script(`[...document.querySelectorAll("tr[data-key] .pick")].slice(0, 3).forEach((p) => p.click())`), chromedp.KeyEvent("c"))
	tb.until(`location.pathname === "/compare" && document.querySelectorAll(".side aside li").length === 3`)
	tb.until(`document.querySelector('section[aria-label="train/loss"]').chart.series.length === 3`)
	text := js[string](tb, `document.body.innerText`)
	assert.Contains(t, text, "What differs in the config")
	assert.Contains(t, text, "Parallel coordinates")
	tb.picture("compare")
	tb.do(chromedp.Click(chromedp.CSS(".side aside .pick")))
	tb.until(`document.querySelector('section[aria-label="train/loss"]').chart.series.length === 2`)
}

func TestCompare_ManyRuns_FitAndAreListedAtTheCursor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vision(t, dir, 12)
	url := serve(t, dir)
	tb := open(t, url)
	tb.do(chromedp.Navigate(url + "/acme/vision"))
	tb.until(rowCount + " === 12")
	tb.do(script(`document.querySelectorAll("tr[data-key] .pick").forEach((p) => p.click())`), chromedp.KeyEvent("c"))
	const loss = `document.querySelector('section[aria-label="train/loss"]')`
	tb.until(loss + `.chart.series.length === 12 && ` + loss + `.chart.plot`)
	assert.LessOrEqual(t, js[int](tb, `document.documentElement.scrollWidth`), js[int](tb, `innerWidth`))
	tb.do(script(loss + `.scrollIntoView({ block: "center" })`))
	at := js[[]float64](tb, `(() => { const r = `+loss+`.querySelector(".u-over").getBoundingClientRect(); return [r.left + r.width / 4, r.top + r.height / 2]; })()`)
	require.Len(t, at, 2)
	_, err := chromedp.Call(tb.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: at[0], Y: at[1]})
	require.NoError(t, err)
	tb.until(loss + `.querySelectorAll(".tip:not(.hidden) .line").length === 11 && ` + loss + `.querySelectorAll(".tip .near").length === 1`)
	assert.Contains(t, js[string](tb, loss+`.querySelector(".tip").textContent`), "1 more run")
	tb.picture("compare-many")
	tb.do(script(`document.querySelector(".side aside li").dispatchEvent(new Event("mouseenter"))`))
	tb.until(loss + `.chart.plot.series.slice(1).map((s) => s._focus).filter(Boolean).length === 1`)
}

func TestPages_Tab_ShowsWhereTheFocusIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vision(t, dir, 2)
	url := serve(t, dir)
	tb := open(t, url)
	for _, page := range [][2]string{{"/", rowCount + " === 2"}, {"/acme/vision/runs/run0", `document.querySelector("canvas")`}, {"/compare", `document.querySelector(".empty")`}} {
		tb.do(chromedp.Navigate(url + page[0]))
		tb.until(page[1])
		for range 16 {
			tb.do(chromedp.KeyEvent(kb.Tab))
			assert.Empty(t, js[string](tb, `(() => {
				const e = document.activeElement, s = getComputedStyle(e);
				return e === document.body || s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 ? "" : e.outerHTML.slice(0, 200);
			})()`), page[0])
		}
	}
}

func TestPages_DarkAndNarrow_AreReadable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vision(t, dir, 1)
	url := serve(t, dir)
	tb := open(t, url)
	_, err := chromedp.Call(tb.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	require.NoError(t, err)
	tb.do(chromedp.EmulateViewport(420, 900), chromedp.Navigate(url+"/acme/vision/runs/run0"))
	tb.until(`document.querySelectorAll("canvas").length >= 1`)
	assert.Equal(t, "rgb(20, 24, 26)", js[string](tb, `getComputedStyle(document.documentElement).backgroundColor`))
	assert.LessOrEqual(t, js[int](tb, `document.documentElement.scrollWidth`), 420, "nothing is wider than a phone")
	tb.picture("dark")
	tb.do(chromedp.KeyEvent("t"))
	tb.until(`document.documentElement.dataset.theme === "light"`)
	tb.do(chromedp.KeyEvent("t"))
	tb.until(`document.documentElement.dataset.theme === "dark"`)
	tb.do(script(`dispatchEvent(new Event("beforeprint"))`))
	assert.Equal(t, "light", js[string](tb, `document.documentElement.dataset.theme`), "paper is light")
	tb.do(script(`dispatchEvent(new Event("afterprint"))`))
	assert.Equal(t, "dark", js[string](tb, `document.documentElement.dataset.theme`))
}

func TestPages_Printed_HaveTheirTitles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vision(t, dir, 1)
	url := serve(t, dir)
	tb := open(t, url)
	_, err := chromedp.Call(tb.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	require.NoError(t, err)
	tb.do(chromedp.Navigate(url))
	tb.until(rowCount + " === 1")
	assert.Contains(t, js[string](tb, `document.querySelector("thead").innerText`), "Started")
	assert.Equal(t, "none", js[string](tb, `getComputedStyle(document.querySelector(".tools")).display`))
	tb.do(chromedp.Navigate(url + "/acme/vision/runs/run0"))
	tb.until(`document.querySelectorAll("canvas").length >= 1`)
	assert.Contains(t, js[string](tb, `document.querySelector("main").innerText`), "train", "the name of a group of charts")

	tb.do(chromedp.EmulateViewport(420, 300), chromedp.Navigate("about:blank"), chromedp.Navigate(url+"/acme/vision/runs/run0"))
	const blank = `[...document.querySelectorAll(".chart")].filter((c) => c.offsetParent && !c.querySelector("canvas")).length`
	tb.until(`document.querySelector(".chart canvas") && ` + blank + ` > 0`)
	tb.do(script(`dispatchEvent(new Event("beforeprint"))`))
	tb.until(blank + ` === 0`)
	assert.Regexp(t, `^\d charts? not printed`, js[string](tb, `document.querySelector(".paper").innerText`))
}
