package main

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// environ is the environment of a harness that logs to the server as run1.
func environ(t *testing.T, server *wandbtest.Server) map[string]string {
	t.Helper()
	return map[string]string{
		"WANDB_BASE_URL": server.URL(), "WANDB_API_KEY": wandbtest.AliceKey, "WANDB_ENTITY": "acme",
		"WANDB_RUN_ID": "run1", "HOME": t.TempDir(), "WANDB_DIR": t.TempDir(), "WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL": "0.01",
	}
}

// stored is the harness's run as the server has it.
func stored(t *testing.T, server *wandbtest.Server) wandbtest.RunView {
	t.Helper()
	v, ok := server.Run("acme", "wandgo-harness", "run1")
	require.True(t, ok)
	return v
}

// TestStopped stops the run as its page on the web does.
func TestStopped(t *testing.T) {
	t.Parallel()
	server := wandbtest.New(t, wandbtest.Solo())
	env := map[string]string{
		"WANDB_BASE_URL": server.URL(), "WANDB_API_KEY": wandbtest.AliceKey, "WANDB_ENTITY": "acme",
		"WANDB_RUN_ID": "run1", "HOME": t.TempDir(), "WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL": "0.01",
	}
	stop := sync.OnceFunc(func() { assert.NoError(t, server.StopRun("acme", "wandgo-harness", "run1")) })
	out := screen{seen: func(text string) {
		if strings.Contains(text, "run        http") {
			stop()
		}
	}}
	args := []string{"-epochs", "100000", "-pace", "1ms", "-dir", t.TempDir()}
	code := run(t.Context(), args, func(name string) string { return env[name] }, &out)
	text := out.text.String()
	assert.Equal(t, exitStopped, code, text)
	assert.Contains(t, text, "stopped    the run was stopped in the web UI")
	assert.Contains(t, text, "uploaded   ")
}

// TestEndsEarly has trainings end before their time by themselves: the run is failed
// at once, and its owner is told.
func TestEndsEarly(t *testing.T) {
	t.Parallel()
	t.Run("diverged", func(t *testing.T) {
		t.Parallel()
		server := wandbtest.New(t, wandbtest.Solo())
		env := environ(t, server)
		var out screen
		code := run(t.Context(), []string{"-lr", "1e308"}, func(name string) string { return env[name] }, &out)
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, out.text.String(), "failed     epoch 1: the loss is no number any more\n")
		v := stored(t, server)
		assert.Equal(t, "failed", v.State)
		require.Len(t, v.Alerts, 1)
		assert.Equal(t, "ERROR", v.Alerts[0].Severity)
		assert.Contains(t, v.Alerts[0].Text, "the loss is no number any more")
	})
	t.Run("panics", func(t *testing.T) {
		t.Parallel()
		server := wandbtest.New(t, wandbtest.Solo())
		env := environ(t, server)
		var out screen
		assert.PanicsWithValue(t, "as it was told to", func() {
			run(t.Context(), []string{"-panic-at", "30"}, func(name string) string { return env[name] }, &out)
		})
		v := stored(t, server)
		assert.Equal(t, "failed", v.State, "and not running until the server misses it")
		require.NotNil(t, v.ExitCode)
		assert.Equal(t, 1, *v.ExitCode)
		assert.Len(t, v.HistoryLines, 29)
		assert.Contains(t, strings.Join(v.Logs, "\n"), "panic: as it was told to")
	})
}

// TestLost takes the account out of the team while the training goes on: the harness
// learns of it then, not at the end.
func TestLost(t *testing.T) {
	t.Parallel()
	server := wandbtest.New(t, wandbtest.Solo())
	env := environ(t, server)
	remove := sync.OnceFunc(func() { assert.NoError(t, server.RemoveMember("acme", "alice")) })
	lost := make(chan struct{})
	tell := sync.OnceFunc(func() { close(lost) })
	out := screen{seen: func(text string) {
		switch {
		case strings.Contains(text, "lost       "):
			tell()
		case strings.Contains(text, "epoch       20"):
			remove()
		case strings.Contains(text, "epoch       40"):
			<-lost // the training is held up until it is told, not the harness's other goroutines
		}
	}}
	code := run(t.Context(), []string{"-pace", "1ms"}, func(name string) string { return env[name] }, &out)
	text := out.text.String()
	assert.Equal(t, exitOK, code, text)
	assert.Contains(t, text, `lost       upload run acme/wandgo-harness: user "alice" is probably not a member of team "acme"`)
	assert.Contains(t, text, "epoch       60", "the training goes on")
	assert.Contains(t, text, "kept       "+env["WANDB_DIR"])
}
