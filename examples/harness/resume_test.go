package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/examples/internal/penguins"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestRun_InterruptedAndResumed_HasEveryEpochOnce(t *testing.T) {
	t.Parallel()
	server := wandbtest.New(t, wandbtest.Solo())
	env := map[string]string{
		"WANDB_BASE_URL": server.URL(), "WANDB_API_KEY": wandbtest.AliceKey, "WANDB_ENTITY": "acme", "HOME": t.TempDir(),
	}
	dir := t.TempDir()
	args := []string{"-resume", "-pace", "1us", "-dir", dir}
	getenv := func(name string) string { return env[name] }

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := screen{seen: func(text string) {
		if strings.Contains(text, "epoch       20") {
			cancel()
		}
	}}
	require.Equal(t, exitStopped, run(ctx, args, getenv, &first), first.text.String())

	var second screen
	require.Equal(t, exitOK, run(t.Context(), args, getenv, &second), second.text.String())
	assert.Contains(t, second.text.String(), "resuming after epoch 20\n")
	assert.Contains(t, second.text.String(), "restored   the checkpoint of epoch 20\n")
	runs := server.Runs()
	require.Len(t, runs, 1)
	v, ok := server.Run(runs[0].Entity, runs[0].Project, runs[0].ID)
	require.True(t, ok)
	require.Len(t, v.HistoryLines, 60)
	for i, row := range v.History() {
		assert.InDelta(t, i+1, row["epoch"], 0)
	}
	newest, ok := server.Artifact("acme/" + runs[0].Project + "/checkpoint-" + runs[0].ID)
	require.True(t, ok)
	assert.JSONEq(t, `{"epoch":60}`, newest.Metadata)
	assert.Equal(t, "finished", v.State)
	assert.Contains(t, strings.Join(v.Logs, "\n"), "epoch       60", "the output is in the Logs tab")
	assert.Contains(t, v.Summary["val/accuracy"], "max")
}

// TestRun_ContinuedOnAnotherMachine_RestoresTheNewestArtifact has no checkpoint on its disk.
func TestRun_ContinuedOnAnotherMachine_RestoresTheNewestArtifact(t *testing.T) {
	t.Parallel()
	server := wandbtest.New(t, wandbtest.Solo())
	env := map[string]string{
		"WANDB_BASE_URL": server.URL(), "WANDB_API_KEY": wandbtest.AliceKey, "WANDB_ENTITY": "acme", "HOME": t.TempDir(), "WANDB_RUN_ID": "r1",
	}
	getenv := func(name string) string { return env[name] }
	args := func() []string { return []string{"-resume", "-pace", "1us", "-dir", t.TempDir()} }
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := screen{seen: func(text string) {
		if strings.Contains(text, "epoch       20") {
			cancel()
		}
	}}
	require.Equal(t, exitStopped, run(ctx, args(), getenv, &first), first.text.String())
	var second screen
	require.Equal(t, exitOK, run(t.Context(), args(), getenv, &second), second.text.String())
	assert.Contains(t, second.text.String(), "restored   the checkpoint of epoch 20\n")
	key := server.Runs()[0]
	v, ok := server.Run(key.Entity, key.Project, key.ID)
	require.True(t, ok)
	require.Len(t, v.HistoryLines, 60)
}

func TestRestore_ChoosesTheNewestNotAheadOfTheRun(t *testing.T) {
	t.Parallel()
	trainer, err := penguins.NewTrainer(penguins.Defaults())
	require.NoError(t, err)
	good, err := trainer.Save()
	require.NoError(t, err)
	for _, tt := range []struct {
		name  string
		files map[string]string
		upTo  int
		epoch int
		fails bool
	}{
		{name: "none", upTo: 50},
		{name: "the newest", files: map[string]string{"checkpoint-0010.json": "", "checkpoint-0100.json": string(good), "checkpoint-0020.json": ""}, upTo: 200, epoch: 100},
		{name: "none ahead of the run", files: map[string]string{"checkpoint-0010.json": string(good), "checkpoint-0020.json": ""}, upTo: 19, epoch: 10},
		{name: "all ahead of the run", files: map[string]string{"checkpoint-0010.json": string(good)}, upTo: 9},
		{name: "partial file", files: map[string]string{"checkpoint-0010.json": string(good), "checkpoint-0020.json.part": "{"}, upTo: 50, epoch: 10},
		{name: "other files", files: map[string]string{"notes.txt": "", "checkpoint-x.json": ""}, upTo: 50},
		{name: "broken", files: map[string]string{"checkpoint-0010.json": string(good[:9])}, upTo: 50, fails: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			trainer, err := penguins.NewTrainer(penguins.Defaults())
			require.NoError(t, err)
			c := checkpoints{t.TempDir()}
			for name, text := range tt.files {
				require.NoError(t, os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600))
			}
			epoch, err := c.restore(trainer, tt.upTo)
			assert.Equal(t, tt.fails, err != nil, "%v", err)
			assert.Equal(t, tt.epoch, epoch)
		})
	}
}
