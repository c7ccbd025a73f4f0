package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

func TestInspect_Formats_PrintTheLog(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	dir := i.logOffline(t, client.RunOptions{Entity: "acme", Project: "p", ID: "r1", Config: map[string]any{"lr": 0.1}}, 100)

	r := i.run(t, "inspect", dir)
	require.Zero(t, r.status, r.stderr)
	kinds := map[string]int{}
	for line := range strings.Lines(r.stdout) {
		var rec struct {
			Kind string
			Row  struct{ Loss float64 }
		}
		require.NoError(t, json.Unmarshal([]byte(line), &rec), line)
		kinds[rec.Kind]++
		if rec.Kind == "history" {
			assert.Positive(t, rec.Row.Loss)
		}
	}
	assert.Equal(t, 100, kinds["history"])
	assert.Equal(t, 1, kinds["exit"])
	assert.Empty(t, r.stderr)

	r = i.run(t, "inspect", "--summary", dir)
	require.Zero(t, r.status, r.stderr)
	var whole struct {
		Rows   int
		Config struct{ LR float64 }
		Exit   struct{ Code int }
	}
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &whole))
	assert.Equal(t, 100, whole.Rows)
	assert.InDelta(t, 0.1, whole.Config.LR, 0)

	r = i.run(t, "inspect", "--plot", "loss", "--width", "40", "--height", "8", dir)
	require.Zero(t, r.status, r.stderr)
	golden(t, "plot.golden", r.stdout)
	i.vars["NO_UNICODE"] = "1"
	r = i.run(t, "inspect", "--plot", "deep.n", "--width", "40", "--height", "8", dir)
	require.Zero(t, r.status, r.stderr)
	golden(t, "plot_ascii.golden", r.stdout)
	for _, size := range []string{"--width 7", "--width 1001", "--height 1", "--height 1001"} {
		r = i.run(t, append(strings.Fields("inspect --plot loss "+size), dir)...)
		assert.Equal(t, exitUsage, r.status, size)
		assert.Regexp(t, `--(width must be from 8|height must be from 2) to 1000`, r.stderr, size)
	}
}

func TestInspect_PlotLacksNumbers_IsInvalidInput(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	dir := i.logOffline(t, client.RunOptions{Project: "p", ID: "r1"}, 3)
	for args, want := range map[string]string{
		"--plot los":           `Invalid --plot "los": no row has a number for it; did you mean loss? What to do: Correct --plot on the command line.`,
		"--plot loss --x losd": `Invalid --x "losd": no row has a number for it and for --plot; did you mean loss? What to do: Correct --x on the command line.`,
	} {
		r := i.run(t, append(strings.Fields("inspect "+args), dir)...)
		assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status, args)
		assert.Equal(t, want, flat(r.stderr))
	}
	i.logOffline(t, client.RunOptions{Project: "p", ID: "r2"}, 3)
	r := i.run(t, "inspect", i.dir)
	assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
	assert.Contains(t, flat(r.stderr), "has 2 runs; choose one of them.")
}

// The error is in the log itself, so wandgo has failed; other logs are not affected.
func TestUnreadableLog_IsNamed(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	path := filepath.Join(i.dir, "run-x.wandb")
	require.NoError(t, os.WriteFile(path, []byte("a text of at least the size of a header"), 0o600))
	for args, command := range map[string]string{"inspect": "inspect", "inspect --summary": "inspect", "export -o x.csv": "export"} {
		r := i.run(t, append(strings.Fields(args), path)...)
		assert.Equal(t, exitInternal, r.status, args)
		assert.Equal(t, "wandgo "+command+": "+path+": read journal: not a wandb transaction log\n", r.stderr, args)
	}
}

// The log is of the official client, truncated and with one byte changed.
func TestInspect_DamagedLog_PrintsTheRest(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	text, err := os.ReadFile("../../internal/journal/testdata/official-0.31.0-full.wandb")
	require.NoError(t, err)
	text[2000] ^= 1
	path := filepath.Join(i.dir, "run-x.wandb")
	require.NoError(t, os.WriteFile(path, text[:len(text)-5], 0o600))
	r := i.run(t, "inspect", path)
	assert.Zero(t, r.status)
	golden(t, "inspect_damaged.golden", r.stderr)
	for line := range strings.Lines(r.stdout) {
		assert.True(t, json.Valid([]byte(line)), line)
	}
	r = i.run(t, "ls", path)
	assert.Zero(t, r.status)
	assert.Contains(t, r.stderr, "damaged; see wandgo inspect --summary")
}

func TestInspect_PlotWithoutNumbers_SuggestsNumericMetrics(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	c, err := client.New(client.Options{Dir: i.dir, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	run, err := c.Init(t.Context(), client.RunOptions{Mode: "offline", ID: "r1"})
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"s": "text", "loss": 1}))
	require.NoError(t, run.Finish(t.Context()))
	require.NoError(t, c.Close())
	r := i.run(t, "inspect", "--plot", "s", run.Dir())
	assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
	assert.Contains(t, flat(r.stderr), `Invalid --plot "s": no row has a number for it: its values are not numbers; numeric metrics are loss.`)
	r = i.run(t, "inspect", "--plot", "loss", run.Dir())
	for line := range strings.Lines(r.stdout) {
		assert.LessOrEqual(t, len([]rune(line)), defaultColumns+1)
	}
}

func TestPlainNumbers_LargeNumbers_HaveNoExponent(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"_timestamp":1.7000000012345e+09,"n":-1e+06}`: `{"_timestamp":1700000001.2345,"n":-1000000}`,
		`[1e+20,1e+21,1e-07,1234567,0.5,true,null]`:     `[100000000000000000000,1e+21,1e-07,1234567,0.5,true,null]`,
		`{"1e+09":"1e+09 \"1e+09"}`:                     `{"1e+09":"1e+09 \"1e+09"}`,
		`{"n":1e+`:                                      `{"n":1e+`,
	} {
		assert.Equal(t, want, string(plainNumbers([]byte(text))))
	}
}

func TestInspect_Timestamps_HaveNoExponent(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	dir := i.logOffline(t, client.RunOptions{Project: "p"}, 1)
	for _, form := range []string{"--json-lines", "--summary"} {
		r := i.run(t, "inspect", form, dir)
		require.Zero(t, r.status, r.stderr)
		assert.Regexp(t, `"_timestamp": ?\d{10}\.\d+`, r.stdout, form)
		assert.NotContains(t, r.stdout, "e+09", form)
	}
}
