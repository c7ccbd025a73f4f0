package main

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/ptytest"
	"github.com/wandgo/wandgo/media"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestInspect_Media_FilesAreCopied(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	c, err := client.New(client.Options{Dir: i.dir, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	run, err := c.Init(t.Context(), client.RunOptions{Project: "p", ID: "r1", Mode: client.ModeOffline})
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"a/pred": media.Image(image.NewGray(image.Rect(0, 0, 2, 2))), "page": media.HTML("x")}))
	require.NoError(t, run.Finish(t.Context()))
	outside := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(outside, []byte("secret"), 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(run.Dir(), "files", "media", "link")))

	to := filepath.Join(t.TempDir(), "out")
	r := i.run(t, "inspect", "--media", to, run.Dir())
	require.Zero(t, r.status, r.stderr)
	assert.Regexp(t, `^media/html/page_0_\w{20}\.html\nmedia/images/a/pred_0_\w{20}\.png\n$`, r.stdout)
	names, err := filepath.Glob(filepath.Join(to, "media", "images", "a", "pred_0_*.png"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	got, err := os.ReadFile(names[0])
	require.NoError(t, err)
	want, err := os.ReadFile(filepath.Join(run.Dir(), "files", "media", "images", "a", filepath.Base(names[0])))
	require.NoError(t, err)
	assert.Equal(t, want, got)
	assert.NoFileExists(t, filepath.Join(to, "media", "link"))

	tabled := logTable(t, i, client.ModeOffline, "")
	r = i.run(t, "inspect", "--media", to, tabled.Dir())
	require.Zero(t, r.status, r.stderr)
	assert.Regexp(t, `^media/table/tab_0_\w{20}\.table\.json\n`+
		`run-r3-tab/media/audio/\w{20}/tone\.wav\nrun-r3-tab/media/images/\w{20}\.png\n$`, r.stdout)
	assert.Empty(t, r.stderr)
	cells, err := filepath.Glob(filepath.Join(to, "run-r3-tab", "media", "images", "*.png"))
	require.NoError(t, err)
	require.Len(t, cells, 1, "the same image twice is one file")
	f, err := os.Open(cells[0])
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	config, err := png.DecodeConfig(f)
	require.NoError(t, err)
	assert.Equal(t, 3, config.Width)

	plain := i.logOffline(t, client.RunOptions{Project: "p", ID: "r2"}, 1)
	r = i.run(t, "inspect", "--media", filepath.Join(i.dir, "none"), plain)
	assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
	assert.Contains(t, flat(r.stderr), "the run has no media files.")
	assert.NoDirExists(t, filepath.Join(i.dir, "none"))
	r = i.run(t, "inspect", "--media", to, "--summary", plain)
	assert.Equal(t, exitUsage, r.status)
}

// logTable logs a table with media in its cells, and finishes the run.
func logTable(t *testing.T, i *invocation, mode client.Mode, url string) *client.Run {
	t.Helper()
	c, err := client.New(client.Options{BaseURL: url, APIKey: joKey, Dir: i.dir, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	run, err := c.Init(t.Context(), client.RunOptions{Project: "vision", ID: "r3", Mode: mode, StatsInterval: -1})
	require.NoError(t, err)
	tone := filepath.Join(t.TempDir(), "tone.wav")
	require.NoError(t, os.WriteFile(tone, []byte("RIFF"), 0o600))
	table := media.NewTable("image", "tone")
	for range 2 {
		require.NoError(t, table.AddRow(media.Image(image.NewGray(image.Rect(0, 0, 3, 3))), media.AudioFile(tone)))
	}
	require.NoError(t, run.Log(map[string]any{"tab": table}))
	require.NoError(t, run.Finish(t.Context()))
	return run
}

func TestInspect_MediaInUploadedTable_SaysHowToGetIt(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	i := on(t, s.URL(), joKey)
	run := logTable(t, i, client.ModeOnline, s.URL())
	to := filepath.Join(t.TempDir(), "out")
	r := i.run(t, "inspect", "--media", to, run.Dir())
	require.Zero(t, r.status, r.stderr)
	assert.Contains(t, r.stderr, "2 files in cells of a table not copied")
	_, command, ok := strings.Cut(r.stderr, "    wandgo ")
	require.True(t, ok)
	got := i.run(t, append(words(t, command), "--dir", filepath.Join(to, "got"))...)
	require.Zero(t, got.status, got.stderr)
	names, err := filepath.Glob(filepath.Join(to, "got", "media", "images", "*.png"))
	require.NoError(t, err)
	assert.Len(t, names, 1)
}

func TestInspect_ShowChart_NamesTheChart(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	c, err := client.New(client.Options{Dir: i.dir, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	run, err := c.Init(t.Context(), client.RunOptions{Project: "p", ID: "r1", Mode: client.ModeOffline})
	require.NoError(t, err)
	cm := media.ConfusionMatrix([]int{0, 1}, []int{0, 1}, []string{"cat", "dog"})
	require.NoError(t, run.Log(map[string]any{"cm": cm, "loss": 1}))
	require.NoError(t, run.Finish(t.Context()))
	require.NoError(t, c.Close())
	r := i.run(t, "inspect", "--show", run.Dir())
	require.Zero(t, r.status, r.stderr)
	assert.Regexp(t, `^step 0  cm  confusion matrix, table 4 rows × 3\n  media/table/cm_table_0_`, r.stdout)
}

func TestInspect_Show_ListsAndOnATerminalDraws(t *testing.T) {
	t.Parallel()
	i := in(t, map[string]string{"COLUMNS": "60", "COLORTERM": "truecolor"})
	c, err := client.New(client.Options{Dir: i.dir, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	run, err := c.Init(t.Context(), client.RunOptions{Project: "p", ID: "r1", Mode: client.ModeOffline})
	require.NoError(t, err)
	img := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	for step := range 2 {
		img.Set(0, 0, color.NRGBA{uint8(200 + step), 0, 0, 255})
		require.NoError(t, run.Log(map[string]any{
			"val":  map[string]any{"pred": media.Image(img, media.ImageOptions{Caption: "epoch\x1b[31m 3"})},
			"many": []*media.ImageValue{media.Image(img), media.Image(image.NewGray(image.Rect(0, 0, 1, 1)))},
			"hist": media.Histogram([]float64{1, 2}, 2), "loss": 1, "text": `{"_type":"x"}`,
		}))
	}
	require.NoError(t, run.Finish(t.Context()))
	outside := filepath.Join(t.TempDir(), "secret.png")
	require.NoError(t, os.WriteFile(outside, []byte("secret"), 0o600))

	r := i.run(t, "inspect", "--show", run.Dir())
	require.Zero(t, r.status, r.stderr)
	assert.Regexp(t, `^step 0  hist  histogram 2 bins
step 0  many  2 × image 2×2
  media/images/many_0_\w{20}\.png  \d+ B
  media/images/many_0_\w{20}\.png  \d+ B
step 0  val\.pred  image 2×2
  media/images/pred_0_\w{20}\.png  \d+ B  "epoch\\x1b\[31m 3"
step 1  hist `, r.stdout)
	assert.NotContains(t, r.stdout, "▀")

	// A link that leads out of the run's directory is not followed.
	names, err := filepath.Glob(filepath.Join(run.Dir(), "files", "media", "images", "many_1_*.png"))
	require.NoError(t, err)
	require.Len(t, names, 2)
	for _, name := range names {
		require.NoError(t, os.Remove(name))
		require.NoError(t, os.Symlink(outside, name))
	}
	show := func() string {
		tty := ptytest.Open(t)
		require.Zero(t, runTo(t, i, tty.File, "inspect", "--show", run.Dir()))
		return tty.Raw()
	}
	text := show()
	assert.Equal(t, 2, strings.Count(text, "▀"), "only the last image of a key is drawn")
	assert.Contains(t, text, "\x1b[38;2;201;0;0;48;2;0;0;0m▀")
	assert.Contains(t, text, "not drawn: the file is not on this disk")
	i.vars["COLORTERM"] = ""
	assert.Contains(t, show(), "\x1b[38;5;160;48;5;16m▀")
	i.vars["NO_COLOR"] = "1"
	assert.NotContains(t, show(), "▀")

	assert.Equal(t, exitUsage, i.run(t, "inspect", "--show", "--summary", run.Dir()).status)
	assert.Equal(t, exitUsage, i.run(t, "inspect", "--show", "--follow", run.Dir()).status)
	r = i.run(t, "inspect", "--show", i.logOffline(t, client.RunOptions{Project: "p", ID: "r2"}, 1))
	assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
	assert.Contains(t, flat(r.stderr), "the run has no media files.")
}

func TestMediaShow_LargeOrDamagedImage_IsNotDecoded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, root.Close()) }()
	var bomb bytes.Buffer
	require.NoError(t, png.Encode(&bomb, image.NewGray(image.Rect(0, 0, 1, 1))))
	binary.BigEndian.PutUint32(bomb.Bytes()[16:], 60000)
	binary.BigEndian.PutUint32(bomb.Bytes()[20:], 60000)
	binary.BigEndian.PutUint32(bomb.Bytes()[29:], crc32.ChecksumIEEE(bomb.Bytes()[12:29]))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bomb.png"), bomb.Bytes(), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "text.png"), []byte("text"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "long.png"), nil, 0o600))
	require.NoError(t, os.Truncate(filepath.Join(dir, "long.png"), maxDrawnBytes+1))
	s := &mediaShow{files: root}
	for name, want := range map[string]string{
		"bomb.png": "too large", "long.png": "too large", "text.png": "unknown format", "gone.png": "not on this disk", ".": "not on this disk", "../x": "not on this disk",
	} {
		_, err := s.image(name)
		require.ErrorContains(t, err, want, name)
	}
}

// runTo runs a command that prints to out.
func runTo(t *testing.T, i *invocation, out io.Writer, args ...string) int {
	t.Helper()
	return run(t.Context(), args, environment{vars: i.vars, workDir: i.dir}, out, io.Discard)
}
