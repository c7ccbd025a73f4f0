package browsertest

import (
	"io"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
)

// Texts that attack a page. Those that a browser would run call alert, which a test sees.
const (
	markup = `<img src=x onerror=alert(1)><script>alert(2)</script>`
	quotes = `"><svg onload=alert(3)>'--></title></style>`
	link   = `javascript:alert(4)`
	bidi   = "\u202egnp.exe\u2066"
	braces = "{{constructor.constructor('alert(5)')()}}"
)

func TestPages_HostileTexts_AreText(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := start(t, dir, client.RunOptions{
		Entity: "acme", Project: "vision", ID: "hostile", Name: markup + bidi, Notes: quotes + link, Group: quotes, JobType: braces, Tags: []string{"<b>tag</b>"},
		Config: map[string]any{markup: quotes, "link": link, "nested": map[string]any{quotes: markup}},
	})
	for range 30 {
		require.NoError(t, run.Log(map[string]any{"a" + markup: 1.5, quotes: markup, "table" + braces: 2}))
	}
	_, err := run.Stdout(io.Discard).Write([]byte(markup + "\x1b]8;;" + link + "\x07click\x1b]8;;\x07" + bidi + "\x1b[31" + strings.Repeat(";1", 500) + "m" + quotes + "\n"))
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	other := start(t, dir, client.RunOptions{Entity: "acme", Project: "vision", ID: "other", Config: map[string]any{markup: 1}})
	require.NoError(t, other.Log(map[string]any{"a" + markup: 2}))
	require.NoError(t, other.Finish(t.Context()))
	url := serve(t, dir)
	pages := []struct{ path, loaded string }{
		{"/", rowCount + " === 2"},
		{"/acme/vision/runs/hostile", `document.querySelectorAll("canvas").length >= 1`},
		{"/acme/vision/runs/hostile#overview", `document.querySelector(".card table")`},
		{"/acme/vision/runs/hostile#console", `document.querySelector(".console div")`},
		{"/acme/vision/runs/hostile#files", `document.querySelector("main table")`},
		{"/%3Cimg%20src=x%20onerror=alert(6)%3E/%22%3E%3Csvg%20onload=alert(7)%3E", `document.querySelector(".empty")`},
	}
	for _, page := range pages {
		t.Run(page.path, func(t *testing.T) {
			t.Parallel()
			tb := open(t, url)
			tb.do(chromedp.Navigate(url + page.path))
			tb.until(page.loaded)
			assert.Zero(t, js[int](tb, `document.querySelectorAll("main img[onerror], main script, main svg[onload], a[href^='javascript:']").length`))
			assert.False(t, js[bool](tb, `/[\u202a-\u202e\u2066-\u2069]/.test(document.title + document.body.textContent)`), "nothing reorders the text around it")
		})
	}
	tb := open(t, url)
	tb.do(chromedp.Navigate(url + "/acme/vision"))
	tb.until(rowCount + " === 2")
	tb.do(script(`[...document.querySelectorAll("tr[data-key] .pick")].forEach((p) => p.click())`), chromedp.KeyEvent("c"))
	tb.until(`document.querySelectorAll("canvas").length >= 1`)
}
