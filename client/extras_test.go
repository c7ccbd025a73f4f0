package client_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestSaveFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	model := filepath.Join(dir, "model.bin")
	require.NoError(t, os.WriteFile(model, []byte("weights"), 0o600))
	late := filepath.Join(dir, "late.txt")
	v := finished(t, client.RunOptions{}, func(run *client.Run) {
		names, err := run.SaveFile(filepath.Join(dir, "*.bin"), dir, client.SaveNow)
		require.NoError(t, err)
		assert.Equal(t, []string{"model.bin"}, names)
		require.NoError(t, os.WriteFile(late, []byte("early"), 0o600))
		_, err = run.SaveFile(filepath.Join(dir, "late.txt"), dir, client.SaveAtEnd)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(late, []byte("final"), 0o600))
		_, err = run.SaveFS(fstest.MapFS{"a/b.txt": {Data: []byte("deep")}}, "a/*.txt", client.SaveNow)
		require.NoError(t, err)
		none, err := run.SaveFile(filepath.Join(dir, "nothing*"), dir, client.SaveNow)
		require.NoError(t, err)
		assert.Empty(t, none)
		_, err = run.SaveFile(filepath.Join(dir, "..", "*"), dir, client.SaveNow)
		require.Error(t, err)
		require.NoError(t, run.Log(map[string]any{"x": 1}))
	})
	assert.Equal(t, "weights", string(v.Files["model.bin"]))
	assert.Equal(t, "final", string(v.Files["late.txt"]))
	assert.Equal(t, "deep", string(v.Files["a/b.txt"]))
	for _, name := range []string{"model.bin", "late.txt", "a/b.txt", "wandb-summary.json", "config.yaml", "wandb-metadata.json"} {
		assert.Contains(t, v.Uploaded, name)
		assert.NotEmpty(t, v.Files[name], name)
	}
	assert.Contains(t, string(v.Files["wandb-summary.json"]), `"x":1`)
	assert.Contains(t, string(v.Files["wandb-metadata.json"]), `"startedAt"`)
	assert.Contains(t, string(v.Files["config.yaml"]), "cli_version:")
}

func TestSaveFilesOffline(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "model.bin"), []byte("weights"), 0o600))
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	run, err := c.Init(t.Context(), client.RunOptions{Mode: "offline"})
	require.NoError(t, err)
	_, err = run.SaveFile(filepath.Join(dir, "model.bin"), dir, client.SaveAtEnd)
	require.NoError(t, err)
	require.NoError(t, run.Alert(t.Context(), client.Alert{Title: "kept"}))
	fmt.Fprintln(run.Stdout(io.Discard), "hello")
	require.NoError(t, run.Finish(t.Context()))
	assert.Empty(t, s.Requests(), "offline is no network at all")
	text, err := os.ReadFile(filepath.Join(run.Dir(), "files", "model.bin"))
	require.NoError(t, err)
	assert.Equal(t, "weights", string(text))
	text, err = os.ReadFile(filepath.Join(run.Dir(), "files", "output.log"))
	require.NoError(t, err)
	assert.Equal(t, "hello\n", string(text))
}

func TestConsole(t *testing.T) {
	t.Parallel()
	var own strings.Builder
	v := finished(t, client.RunOptions{}, func(run *client.Run) {
		out := run.Stdout(&own)
		fmt.Fprintln(out, "epoch 1")
		for i := range 101 {
			fmt.Fprintf(out, "\r%d%%", i)
		}
		fmt.Fprintln(out)
		fmt.Fprintln(run.Stderr(io.Discard), "trouble")
		log := slog.New(run.LogHandler(nil))
		log.Info("a record", "k", "v")
		log.Error("a bad record")
	})
	assert.True(t, strings.HasPrefix(own.String(), "epoch 1\n\r0%"), "the program's own output is untouched")
	require.GreaterOrEqual(t, len(v.Logs), 3)
	text := strings.Join(v.Logs, "\n")
	assert.Contains(t, text, "epoch 1")
	assert.Contains(t, text, " 100%")
	assert.NotContains(t, text, "50%", "a progress bar is one line")
	for _, line := range v.Logs {
		marked := strings.HasPrefix(line, "ERROR ")
		assert.Equal(t, strings.Contains(line, "trouble") || strings.Contains(line, "bad record"), marked, line)
	}
	assert.Contains(t, text, "level=INFO msg=\"a record\" k=v")
	assert.Equal(t, "epoch 1\n100%\ntrouble\n", strings.Join(strings.SplitAfter(string(v.Files["output.log"]), "\n")[:3], ""))
}

func TestAlert(t *testing.T) {
	t.Parallel()
	v := finished(t, client.RunOptions{}, func(run *client.Run) {
		require.NoError(t, run.Alert(t.Context(), client.Alert{Title: "loss is NaN", Text: "at step 3", Level: client.AlertWarn}))
		require.NoError(t, run.Alert(t.Context(), client.Alert{Title: "loss is NaN"}), "a second one is not sent, and no error")
		require.ErrorIs(t, run.Alert(t.Context(), client.Alert{}), errors.ErrInvalidInput)
	})
	require.Len(t, v.Alerts, 1)
	assert.Equal(t, "loss is NaN", v.Alerts[0].Title)
	assert.Equal(t, "WARN", v.Alerts[0].Severity)
}

// TestFilesRefused: a run whose files are refused goes on; its rows arrive, the
// files stay on disk, and the reason is told.
func TestFilesRefused(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	s.Inject(wandbtest.Fault{Operation: "CreateRunFiles", Status: 403, Body: gqlError("permission denied")})
	c := newClient(t, s, wandbtest.AliceKey, quickly, described)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
	require.NoError(t, err)
	log(t, run, 0, 10)
	require.Error(t, run.Finish(t.Context()))
	require.ErrorIs(t, run.Err(), errors.ErrPermissionDenied)
	v, _ := s.Run("acme", "vision", run.ID())
	assert.Len(t, v.HistoryLines, 10)
	assert.Equal(t, "finished", v.State)
	text, err := os.ReadFile(filepath.Join(run.Dir(), "files", "wandb-metadata.json"))
	require.NoError(t, err)
	assert.Contains(t, string(text), `"startedAt"`)
}

// TestDisabled holds that a disabled run has the whole API and leaves no trace.
func TestDisabled(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	dir := t.TempDir()
	c := newClient(t, s, "", func(o *client.Options) { o.Dir = dir })
	run, err := c.Init(t.Context(), client.RunOptions{Mode: "disabled"})
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"x": 1}))
	require.NoError(t, run.LogAt(3, map[string]any{"x": 1}))
	require.NoError(t, run.DefineMetric("x", client.MetricOptions{Hidden: true}))
	require.NoError(t, run.SetSummary(1, "y"))
	require.NoError(t, run.UpdateConfig(map[string]any{"a": 1}))
	require.NoError(t, run.SetName("n"))
	require.NoError(t, run.Alert(t.Context(), client.Alert{Title: "t"}))
	_, err = run.SaveFile("*", dir, client.SaveNow)
	require.NoError(t, err)
	fmt.Fprintln(run.Stdout(io.Discard), "hello")
	slog.New(run.LogHandler(slog.DiscardHandler)).Info("x")
	slog.New(run.LogHandler(nil)).Info("x")
	v, ok := run.Summary("x")
	assert.True(t, ok)
	assert.EqualValues(t, 1, v)
	require.NoError(t, run.Finish(t.Context()))
	assert.Empty(t, run.Dir())
	assert.Empty(t, s.Requests())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

// TestSystemMetrics holds that the System tab gets the names it knows.
func TestSystemMetrics(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	run, err := c.Init(t.Context(), client.RunOptions{
		Entity: "acme", Project: "vision", StatsInterval: 100 * time.Millisecond, MetricSources: []client.MetricSource{gpu{}},
	})
	require.NoError(t, err)
	v, err := s.WaitRun(t.Context(), "acme", "vision", run.ID(), func(v wandbtest.RunView) bool { return len(v.EventLines) >= 4 })
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	assert.GreaterOrEqual(t, onDisk(t, run.Dir()).Events, int64(4), "they are on disk as well")
	events := v.Events()
	require.NotEmpty(t, events)
	all := make(map[string]any)
	for _, e := range events {
		assert.Equal(t, true, e["_wandb"])
		assert.Contains(t, e, "_runtime")
		maps.Copy(all, e)
	}
	assert.InDelta(t, 55, all["system.gpu.0.gpu"], 0)
	if runtime.GOOS == "linux" {
		for _, key := range []string{"system.memory_percent", "system.proc.memory.rssMB", "system.proc.cpu.threads", "system.network.sent"} {
			assert.Contains(t, all, key)
		}
	}
}

// gpu is a source of metrics that are always the same.
type gpu struct{}

func (gpu) Sample(context.Context) (map[string]float64, error) {
	return map[string]float64{"gpu.0.gpu": 55}, nil
}

// TestNoSystemMetrics holds that they can be switched off.
func TestNoSystemMetrics(t *testing.T) {
	t.Parallel()
	v := finished(t, client.RunOptions{StatsInterval: -1}, func(run *client.Run) { log(t, run, 0, 3) })
	assert.Empty(t, v.Events())
}

// TestIgnoreGlobs holds for the client's own files as well.
func TestIgnoreGlobs(t *testing.T) {
	t.Parallel()
	for globs, want := range map[string]bool{"requirements.txt,config.*": false, "[": true} {
		s := wandbtest.New(t, wandbtest.Solo())
		c := newClient(t, s, wandbtest.AliceKey, func(o *client.Options) {
			o.Getenv = func(name string) string {
				if name == "WANDB_IGNORE_GLOBS" {
					return globs
				}
				return ""
			}
		})
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
		require.NoError(t, err)
		require.NoError(t, run.Finish(t.Context()))
		v, _ := s.Run("acme", "vision", run.ID())
		assert.Contains(t, v.Uploaded, "wandb-summary.json")
		assert.Equal(t, want, slices.Contains(v.Uploaded, "config.yaml"), "with %q", globs)
	}
}

// TestUploadHeadersAreSent: a store that takes nothing without certain headers gets
// them.
func TestUploadHeadersAreSent(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithUploadHeaders("x-ms-blob-type: BlockBlob", "X-Amz-Tagging:a=b:c"))
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	v, _ := s.Run("acme", "vision", run.ID())
	assert.NotEmpty(t, v.Files["config.yaml"])
	assert.Empty(t, v.Violations(wandbtest.Pace{Heartbeat: 30 * time.Second}))
}
