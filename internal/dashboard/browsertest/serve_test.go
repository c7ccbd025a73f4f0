package browsertest

import (
	"bufio"
	"context"
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/media"
	"github.com/wandgo/wandgo/sweep"
)

// command builds and starts wandgo, and returns the lines that it prints.
func command(t *testing.T, args ...string) *bufio.Scanner {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "wandgo")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", binary, "./cmd/wandgo")
	build.Dir = "../../.." // the module of the command
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	server := exec.CommandContext(ctx, binary, args...)
	server.Cancel = func() error { return server.Process.Signal(os.Interrupt) }
	pipe, err := server.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		stop()
		_ = server.Wait()
	})
	return bufio.NewScanner(pipe)
}

// wandgoServe starts wandgo serve, and returns its address and a client of it.
func wandgoServe(t *testing.T) (url string, c *client.Client) {
	t.Helper()
	env := map[string]string{}
	for lines := command(t, "serve", "--quiet"); env["WANDB_API_KEY"] == "" && lines.Scan(); {
		if m := regexp.MustCompile(`^export (\w+)=(\S+)`).FindStringSubmatch(lines.Text()); m != nil {
			env[m[1]] = m[2]
		}
	}
	require.NotEmpty(t, env["WANDB_API_KEY"])
	return env["WANDB_BASE_URL"], program(t, t.TempDir(), env)
}

// wandgoBoard starts wandgo board, and returns its address.
func wandgoBoard(t *testing.T, dir string) string {
	t.Helper()
	for lines := command(t, "board", "--no-open", "--no-cache", dir); lines.Scan(); {
		if m := regexp.MustCompile(`^Board: +(\S+)/$`).FindStringSubmatch(lines.Text()); m != nil {
			return m[1]
		}
	}
	require.Fail(t, "the board printed no address")
	return ""
}

// printedPages are the pages that the texts about refusals name.
func printedPages(t *testing.T) (paths []string) {
	t.Helper()
	const app = "https://forge.coreweave.com/wandb"
	files, err := filepath.Glob("../../../errors/testdata/*.golden")
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, link := range regexp.MustCompile(regexp.QuoteMeta(app)+`[\w./-]*`).FindAllString(string(text), -1) {
			if path := strings.TrimRight(strings.TrimPrefix(link, app), "."); !seen[path] {
				seen[path] = true
				paths = append(paths, path)
			}
		}
	}
	return paths
}

func TestServe_EveryLinkThatIsPrinted_ShowsAPage(t *testing.T) {
	t.Parallel()
	url, c := wandgoServe(t)
	ctx := t.Context()
	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "maker", Name: "maker of flowers"})
	require.NoError(t, err)
	for _, content := range []string{"one", "two and more"} {
		a := artifact.New("flowers", "dataset")
		a.Description = "<b>many</b> flowers"
		require.NoError(t, a.AddBytes("images/rose.txt", []byte(content)))
		up, err := run.LogArtifact(a, client.ArtifactOptions{Aliases: []string{"best"}})
		require.NoError(t, err)
		_, err = up.Wait(ctx)
		require.NoError(t, err)
	}
	logged := media.NewTable("picture", "truth")
	require.NoError(t, logged.AddRow(media.Image(image.NewGray(image.Rect(0, 0, 40, 30))), "rose"))
	require.NoError(t, run.Log(map[string]any{"seen": logged}))
	require.NoError(t, run.Finish(ctx))
	user, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "user", Name: "user of flowers"})
	require.NoError(t, err)
	_, err = user.UseArtifact(ctx, "flowers:best")
	require.NoError(t, err)
	require.NoError(t, user.Finish(ctx))

	cfg, err := sweep.Parse([]byte("method: grid\nname: find x\nentity: acme\nproject: vision\nmetric: {name: loss, goal: minimize}\nparameters: {x: {values: [1, 2, 3]}, y: {values: [a, b]}}\n"))
	require.NoError(t, err)
	s, err := sweep.New(ctx, c, cfg)
	require.NoError(t, err)
	agent := sweep.Agent{Client: c, Sweep: s.Path(), Heartbeat: 10 * time.Millisecond}
	require.NoError(t, agent.Run(ctx, func(_ context.Context, run *client.Run) error {
		return run.Log(map[string]any{"loss": math.Abs(run.Config().Float("x") - 2)})
	}))

	links := []string{run.URL(), s.URL(), url + "/acme", url + "/acme/vision"}
	for _, path := range printedPages(t) {
		links = append(links, url+path)
	}
	assert.Contains(t, links, url+"/acme/vision/artifacts", "a text about artifacts names them")
	assert.Contains(t, links, url+"/settings")
	tb := open(t, url)
	for _, link := range links {
		tb.do(chromedp.Navigate(link))
		tb.until(`document.querySelector("main").children.length > 0 && document.querySelector("main").innerText.length > 10`)
		assert.Zero(t, js[int](tb, `document.querySelectorAll("main [role=alert]:not(.trouble):not(:empty)").length`), link)
	}

	tb.do(chromedp.Navigate(url + "/acme/vision/artifacts"))
	tb.until(`document.querySelector("td.name a")`)
	tb.picture("artifacts")
	tb.do(chromedp.Click(chromedp.CSS("td.name a[href*='/flowers/']")))
	tb.until(`document.querySelector("h1").innerText === "flowers:v1"`)
	text := js[string](tb, `document.querySelector("main").innerText`)
	for _, want := range []string{"images/rose.txt", "best", "latest", "<b>many</b> flowers", "logged by", "maker of flowers", "used by", "user of flowers", "v0", "wandgo artifact get acme/vision/flowers:v1"} {
		assert.Contains(t, text, want)
	}
	tb.picture("artifact")
	tb.do(chromedp.Navigate(url + "/acme/vision/artifacts/dataset/flowers/v0"))
	tb.until(`document.querySelector("h1").innerText === "flowers:v0"`)
	for _, page := range []string{run.URL() + "#media", url + "/acme/vision/artifacts/run_table/run-maker-seen/v0"} {
		tb.do(chromedp.Navigate(page))
		tb.until(`document.querySelector("td figure img").naturalWidth === 40`)
		tb.picture("table-" + filepath.Base(page))
	}
	tb.do(chromedp.Navigate(url + "/acme/vision/artifacts/dataset/flowers/v7"))
	tb.until(`document.body.innerText.includes("has no version v7")`)

	tb.do(chromedp.Navigate(s.URL()))
	tb.until(rowCount + " === 6")
	text = js[string](tb, `document.querySelector("main").innerText`)
	for _, want := range []string{"find x", "grid", "minimize loss", "finished", "Parallel coordinates"} {
		assert.Contains(t, text, want)
	}
	tb.until(`document.querySelector("thead").innerText.match(/loss.*x.*y/s)`)
	tb.picture("sweep")
	tb.do(chromedp.Navigate(url + "/acme/vision/sweeps"))
	tb.until(`document.querySelector("td.name a").innerText === "find x"`)
}

func TestBoard_LocalSweep_ShowsItsTrials(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := program(t, dir, map[string]string{"WANDB_MODE": "offline"})
	cfg, err := sweep.Parse([]byte("method: grid\nmetric: {name: loss, goal: minimize}\nparameters: {x: {values: [1, 2, 3]}, opt: {values: [adam, sgd]}}\n"))
	require.NoError(t, err)
	local := sweep.Local{Client: c, Config: cfg, Dir: filepath.Join(dir, "searched"), Options: client.RunOptions{Project: "vision"}}
	require.NoError(t, local.Run(t.Context(), func(_ context.Context, run *client.Run, trial *sweep.LocalTrial) error {
		return trial.Report(run, map[string]any{"loss": math.Abs(run.Config().Float("x") - 2)})
	}))
	url := wandgoBoard(t, dir)
	tb := open(t, url)
	tb.do(chromedp.Navigate(url))
	tb.until(rowCount + " === 6")
	tb.do(chromedp.Click(chromedp.CSS(".tools a[href='/sweeps']")))
	tb.until(`document.querySelector("td.name a").innerText === "searched"`)
	tb.do(chromedp.Click(chromedp.CSS("td.name a")))
	tb.until(`document.querySelectorAll("tbody tr").length === 6`)
	text := js[string](tb, `document.querySelector("main").innerText`)
	for _, want := range []string{"grid", "minimize loss", "finished", "Parallel coordinates", "best", "sgd"} {
		assert.Contains(t, text, want)
	}
	tb.picture("localsweep")
	tb.do(chromedp.Click(chromedp.CSS("tr.differs td.name a")))
	tb.until(`document.querySelector("h1") && document.body.innerText.includes("searched")`)
}
