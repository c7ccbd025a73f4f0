package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// card is a source that says what it is when it is let to.
type card struct {
	gpu
	ready chan struct{}
	facts map[string]any
	asked chan struct{}
}

func newCard() *card {
	return &card{ready: make(chan struct{}), asked: make(chan struct{}, 9), facts: map[string]any{
		"gpu_nvidia": []map[string]any{{"name": "H100", "memoryTotal": "85899345920", "uuid": "GPU-1"}, {"name": "H100"}}, "cudaVersion": "12.4",
	}}
}

func (c *card) Describe(ctx context.Context) (map[string]any, error) {
	c.asked <- struct{}{}
	select {
	case <-c.ready:
		return c.facts, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// gpuFacts are what a description says of GPUs.
type gpuFacts struct {
	Host   string           `json:"host"`
	GPU    string           `json:"gpu"`
	Count  int              `json:"gpu_count"`
	NVIDIA []map[string]any `json:"gpu_nvidia"`
	CUDA   string           `json:"cudaVersion"`
}

func checkFacts(t *testing.T, text []byte) {
	t.Helper()
	var f gpuFacts
	require.NoError(t, json.Unmarshal(text, &f), "%s", text)
	assert.NotEmpty(t, f.Host, "the rest is still there")
	assert.Equal(t, "H100", f.GPU)
	assert.Equal(t, 2, f.Count)
	assert.Equal(t, "12.4", f.CUDA)
	assert.Equal(t, []map[string]any{{"name": "H100", "memoryTotal": "85899345920", "uuid": "GPU-1"}, {"name": "H100"}}, f.NVIDIA)
}

// inConfig is what the config says of the one machine of the run.
func inConfig(t *testing.T, v wandbtest.RunView) []byte {
	t.Helper()
	all, ok := wandbPart(t, v.RawConfig)["e"].(map[string]any)
	require.True(t, ok)
	require.Len(t, all, 1)
	for _, e := range all {
		text, err := json.Marshal(e)
		require.NoError(t, err)
		return text
	}
	return nil
}

// TestDevices: what a source measures is in the run's overview, and Init does not
// wait for it.
func TestDevices(t *testing.T) {
	t.Parallel()
	c := newCard()
	st := newStage(t, client.RunOptions{MetricSources: []client.MetricSource{c, gpu{}}})
	assert.NotContains(t, st.upserts(t)[0]["config"], "gpu_nvidia")
	close(c.ready)
	v := st.finish(t)
	assert.Len(t, c.asked, 1)
	checkFacts(t, v.Files["wandb-metadata.json"])
	checkFacts(t, inConfig(t, v))
	disk := onDisk(t, st.run.Dir())
	require.Len(t, disk.Environments, 1)
	checkFacts(t, disk.Environments[0].JSON())
}

func TestDevicesOffline(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly, described)
	source := newCard()
	close(source.ready)
	dir := offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", MetricSources: []client.MetricSource{source}}, 1)
	synced(t, c, client.SyncOptions{}, dir)
	v := onServer(t, s, "acme", "vision", "r1")
	checkFacts(t, v.Files["wandb-metadata.json"])
	checkFacts(t, inConfig(t, v))
}

// TestDevicesNotAsked holds that nobody is asked where nothing is to be told.
func TestDevicesNotAsked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		variable string
		opts     client.RunOptions
		asked    int
	}{
		"metrics off":   {"WANDB_X_DISABLE_STATS", client.RunOptions{}, 1},
		"meta off":      {"WANDB_X_DISABLE_META", client.RunOptions{}, 0},
		"machine off":   {"WANDB_X_DISABLE_MACHINE_INFO", client.RunOptions{}, 0},
		"disabled":      {"", client.RunOptions{Mode: "disabled"}, 0},
		"not the first": {"", client.RunOptions{ID: "r1", Mode: "shared", Shared: client.Shared{Primary: new(false)}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCard()
			close(c.ready)
			tt.opts.MetricSources = []client.MetricSource{c}
			st := newStage(t, tt.opts, environ(tt.variable, "true", "WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL", "0.001"))
			require.NoError(t, st.run.Finish(t.Context()))
			assert.Len(t, c.asked, tt.asked)
		})
	}
}

// TestDevicesFail: a run goes on without, and Finish does not outstay its context.
func TestDevicesFail(t *testing.T) {
	t.Parallel()
	t.Run("something else is told", func(t *testing.T) {
		t.Parallel()
		var said bytes.Buffer
		c := newCard()
		c.facts["host"] = "elsewhere"
		close(c.ready)
		st := newStage(t, client.RunOptions{MetricSources: []client.MetricSource{c}}, func(o *client.Options) {
			o.Logger = slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))
		})
		v := st.finish(t)
		assert.NotContains(t, string(v.Files["wandb-metadata.json"]), "elsewhere")
		assert.NotContains(t, string(v.Files["wandb-metadata.json"]), "H100")
		assert.Contains(t, said.String(), "cannot describe what a metric source measures")
	})
	t.Run("it hangs", func(t *testing.T) {
		t.Parallel()
		c := newCard()
		st := newStage(t, client.RunOptions{MetricSources: []client.MetricSource{c}})
		<-c.asked
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, st.run.Finish(ctx), context.Canceled)
	})
}

// TestSaveDiff changes the working directory, in which the program is.
func TestSaveDiff(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	dir := t.TempDir()
	t.Chdir(dir)
	git := func(args ...string) {
		out, err := exec.CommandContext(t.Context(), "git", args...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	write := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "train.go"), []byte(text), 0o600))
	}
	git("init", "--quiet")
	write("lr := 0.1\n")
	git("add", ".")
	git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message", "first")
	const name = "diff.patch"

	st := newStage(t, client.RunOptions{SaveDiff: true})
	assert.NotContains(t, st.finish(t).Files, name, "nothing differs")
	write("lr := 0.2\n")
	for variable, want := range map[string]bool{
		"": false, "WANDB_SAVE_CODE": true, "WANDB_DISABLE_CODE": false, "WANDB_DISABLE_GIT": false, "WANDB_X_DISABLE_MACHINE_INFO": false,
	} {
		opts := client.RunOptions{SaveDiff: variable != "" && variable != "WANDB_SAVE_CODE"}
		st := newStage(t, opts, environ(variable, "true", "WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL", "0.001"))
		v := st.finish(t)
		assert.Equal(t, want, strings.Contains(string(v.Files[name]), "-lr := 0.1\n+lr := 0.2\n"), "with %q", variable)
		assert.Equal(t, want, slices.Contains(v.Uploaded, name), "with %q", variable)
	}

	st = newStage(t, client.RunOptions{})
	run, err := st.c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "off", Mode: "offline", SaveDiff: true})
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	synced(t, st.c, client.SyncOptions{}, run.Dir())
	assert.Contains(t, onServer(t, st.s, "acme", "vision", "off").Files, name)
	st.finish(t)

	var said bytes.Buffer
	write(strings.Repeat("0123456789abcde\n", 1<<20))
	st = newStage(t, client.RunOptions{SaveDiff: true}, func(o *client.Options) {
		o.Logger = slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))
	})
	assert.NotContains(t, st.finish(t).Files, name)
	assert.Contains(t, said.String(), "too large")
}
