package browsertest

import (
	"fmt"
	"image"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/media"
)

// overlaid makes a run with masks and boxes on images, also in cells, and with a table in
// increments.
func overlaid(t *testing.T, c *client.Client, mode client.Mode) {
	t.Helper()
	const width, height = 160, 120
	mask := image.NewGray(image.Rect(0, 0, width, height))
	for y := 40; y < 80; y++ {
		for x := 20; x < 60; x++ {
			mask.Pix[mask.PixOffset(x, y)] = 1
			mask.Pix[mask.PixOffset(x+70, y)] = 2
		}
	}
	gray := image.NewGray(mask.Rect)
	for i := range gray.Pix {
		gray.Pix[i] = 128
	}
	labels := map[int]string{1: "cat", 2: "<b>dog</b>"}
	picture := func(caption string) *media.ImageValue {
		return media.Image(gray, media.ImageOptions{
			Caption: caption,
			Masks:   map[string]media.Mask{"truth": {Pixels: mask, Labels: labels}},
			Boxes: map[string]media.BoxSet{"guess": {Labels: labels, Boxes: []media.Box{
				{MinX: 40, MaxX: 120, MinY: 30, MaxY: 90, Pixels: true, Class: 1, Caption: "a cat", Scores: map[string]float64{"score": 0.875}},
				{MinX: 0.5, MaxX: 0.75, MinY: 0.5, MaxY: 1, Class: 2},
			}}},
		})
	}
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "overlaid", Mode: mode})
	require.NoError(t, err)
	table := media.NewTable("picture")
	require.NoError(t, table.AddRow(picture("in a cell")))
	grown := media.TableOptions{Columns: []string{"word", "picture"}, Mode: media.Incremental}.New()
	require.NoError(t, grown.AddRow("first", picture("")))
	require.NoError(t, run.Log(map[string]any{
		"one": picture("one"), "list": []*media.ImageValue{picture("a"), media.Image(gray)}, "nested": map[string]any{"below": picture("nested")},
		"cells": table, "grown": grown,
	}))
	require.NoError(t, grown.AddRow("second", nil))
	require.NoError(t, run.Log(map[string]any{"grown": grown}))
	require.NoError(t, run.Finish(t.Context()))
}

func TestRun_MasksAndBoxes_AreDrawnAndSwitched(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	overlaid(t, program(t, dir, nil), client.ModeOffline)
	served, c := wandgoServe(t)
	overlaid(t, c, client.ModeOnline)
	const run = "/acme/vision/runs/overlaid"
	for name, page := range map[string]struct{ host, path string }{"board": {serve(t, dir), run}, "serve": {served, run}, "report": {report(t, dir), ""}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tb := open(t, page.host)
			tb.do(chromedp.Navigate(page.host + page.path + "#media"))
			tb.until(`document.querySelectorAll(".overlaid canvas").length === 5 && document.querySelectorAll(".overlaid b").length === 10`)
			tb.picture("layers-" + name)
			tb.do(script(`window.card = (name) => [...document.querySelectorAll(".card")].find((c) => c.querySelector("h2").title === name);
				window.pixel = (c, x, y) => [...c.querySelector("canvas").getContext("2d").getImageData(x, y, 1, 1).data].join();
				window.boxes = (c) => [...c.querySelectorAll(".overlaid b")].filter((b) => !b.hidden).map((b) => b.innerText);
				window.flip = (c, label) => [...c.querySelectorAll(".layers label")].find((l) => l.textContent === label).click();`))
			const none, cat, dog = "0,0,0,0", "233,88,9,255", "0,155,137,255"
			for _, name := range []string{"one", "list", "nested.below", "cells", "grown"} {
				card := fmt.Sprintf("card(%q)", name)
				pixels := func() []string {
					return js[[]string](tb, fmt.Sprintf(`[pixel(%[1]s, 1, 1), pixel(%[1]s, 30, 50), pixel(%[1]s, 100, 50)]`, card))
				}
				boxes := func() []string { return js[[]string](tb, "boxes("+card+")") }
				labels := js[[]string](tb, `[...`+card+`.querySelectorAll(".layers label")].map((l) => l.textContent)`)
				assert.Equal(t, []string{"truth mask", "class 0", "cat", "<b>dog</b>", "guess boxes", "cat", "<b>dog</b>"}, labels, name)
				assert.Equal(t, []string{none, cat, dog}, pixels(), name)
				assert.Equal(t, []string{"a cat, score 0.875", "<b>dog</b>"}, boxes(), name)

				tb.do(script(fmt.Sprintf(`flip(%[1]s, "cat"); flip(%[1]s, "guess boxes")`, card))) // the first cat is that of the mask
				assert.Equal(t, []string{none, none, dog}, pixels(), "%s: a class of the mask is switched off", name)
				assert.Empty(t, boxes(), "%s: all boxes are switched off", name)
				tb.do(script(fmt.Sprintf(`flip(%[1]s, "guess boxes")`, card)))
				assert.Len(t, boxes(), 2, name)
			}
			// Switched back on, as one that is off has no color in either theme.
			tb.do(script(`flip(card("one"), "cat")`))
			for theme, want := range map[string]string{"light": cat, "dark": "239,123,4,255"} {
				tb.until(`(() => { const d = document.documentElement; if (d.dataset.theme !== "` + theme + `") document.querySelector("button[title^='Light or dark']").click(); return d.dataset.theme === "` + theme + `"; })()`)
				assert.Equal(t, want, js[string](tb, `pixel(card("one"), 30, 50)`), "a mask has the colors of the theme")
				shown := js[[]string](tb, `[".layers .swatch", ".overlaid b"].map((s) => getComputedStyle(card("one").querySelectorAll(s)[s.includes("swatch") ? 1 : 0]).color)`)
				rgb := "rgb(" + strings.ReplaceAll(strings.TrimSuffix(want, ",255"), ",", ", ") + ")"
				assert.Equal(t, []string{rgb, rgb}, shown, "and so have its key and the boxes")
			}

			place := js[[]float64](tb, `(() => { const b = card("one").querySelectorAll(".overlaid b"); const i = card("one").querySelector("img").getBoundingClientRect();
				return [...b].flatMap((b) => { const r = b.getBoundingClientRect(); return [(r.left - i.left) / i.width, (r.top - i.top) / i.height, r.width / i.width, r.height / i.height]; }); })()`)
			assert.InDeltaSlice(t, []float64{0.25, 0.25, 0.5, 0.5, 0.5, 0.5, 0.25, 0.5}, place, 0.01)

			rows := js[[]string](tb, `[...card("grown").querySelectorAll("tbody tr")].map((r) => r.cells[0].innerText + " " + r.cells[1].innerText)`)
			assert.Equal(t, []string{"0 first", "1 second"}, rows, "every increment of a table shows")
			tb.do(script(`(() => { const s = card("grown").querySelector("input[type=range]"); s.value = 0; s.dispatchEvent(new Event("input")); })()`))
			tb.until(`card("grown").querySelectorAll("tbody tr").length === 1`)
		})
	}
}

func TestRun_TableOfManyIncrements_FetchesWhatItShows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := start(t, dir, client.RunOptions{Entity: "acme", Project: "vision", ID: "many"})
	table := media.TableOptions{Columns: []string{"n"}, Mode: media.Incremental}.New()
	for i := range 90 * 20 {
		require.NoError(t, table.AddRow(i))
		if i%20 == 19 {
			require.NoError(t, run.Log(map[string]any{"grown": table}))
		}
	}
	require.NoError(t, run.Finish(t.Context()))
	url := serve(t, dir)
	tb := open(t, url)
	tb.do(chromedp.Navigate(url + "/acme/vision/runs/many#media"))
	tb.until(`document.querySelectorAll(".card tbody tr").length === 200`)
	assert.Contains(t, js[string](tb, `document.querySelector(".card").innerText`), "The first 200 of 1,800 rows")
	assert.Equal(t, "9 199", js[string](tb, `[...[...document.querySelectorAll(".card tbody tr")].at(-1).cells].map((c) => c.innerText).join(" ")`), "in their order")
	spans := js[[][]float64](tb, `performance.getEntriesByType("resource").filter((e) => e.name.includes(".table.json")).map((e) => [e.startTime, e.responseEnd])`)
	assert.LessOrEqual(t, len(spans), 12, "ten increments have the rows that show")
	for _, one := range spans {
		open := 0
		for _, other := range spans {
			if other[0] <= one[0] && one[0] < other[1] {
				open++
			}
		}
		assert.LessOrEqual(t, open, 4, "requests at the same time")
	}
}
