package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
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
	checkFacts(t, disk.Environments[0].AppendJSON(nil))
}

func TestDevicesOffline(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
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
		assert.Contains(t, said.String(), "what is measured is not described")
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
