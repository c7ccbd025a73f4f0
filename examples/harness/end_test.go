package main

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// environ is the environment of a harness that logs to the server, with the run id run1.
func environ(t *testing.T, server *wandbtest.Server) map[string]string {
	t.Helper()
	return map[string]string{
		"WANDB_BASE_URL": server.URL(), "WANDB_API_KEY": wandbtest.AliceKey, "WANDB_ENTITY": "acme",
		"WANDB_RUN_ID": "run1", "HOME": t.TempDir(), "WANDB_DIR": t.TempDir(), "WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL": "0.01",
	}
}

// stored returns the harness's run on the server.
func stored(t *testing.T, server *wandbtest.Server) wandbtest.RunView {
	t.Helper()
	v, ok := server.Run("acme", "wandgo-harness", "run1")
	require.True(t, ok)
	return v
}

func TestRun_StoppedOnTheWeb_UploadsAndExitsWithStopped(t *testing.T) {
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

func TestRun_TrainingFails_MarksTheRunAsFailed(t *testing.T) {
	t.Parallel()
	t.Run("diverged", func(t *testing.T) {
		t.Parallel()
		server := wandbtest.New(t, wandbtest.Solo())
		env := environ(t, server)
		var out screen
		code := run(t.Context(), []string{"-lr", "1e308"}, func(name string) string { return env[name] }, &out)
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, out.text.String(), "failed     epoch 1: the loss is NaN or infinite\n")
		v := stored(t, server)
		assert.Equal(t, "failed", v.State)
		require.Len(t, v.Alerts, 1)
		assert.Equal(t, "ERROR", v.Alerts[0].Severity)
		assert.Contains(t, v.Alerts[0].Text, "the loss is NaN or infinite")
	})
	t.Run("panics", func(t *testing.T) {
		t.Parallel()
		server := wandbtest.New(t, wandbtest.Solo())
		env := environ(t, server)
		var out screen
		assert.PanicsWithValue(t, "panic requested by -panic-at", func() {
			run(t.Context(), []string{"-panic-at", "30"}, func(name string) string { return env[name] }, &out)
		})
		v := stored(t, server)
		assert.Equal(t, "failed", v.State, "not running until the server notices")
		require.NotNil(t, v.ExitCode)
		assert.Equal(t, 1, *v.ExitCode)
		assert.Len(t, v.HistoryLines, 29)
		assert.Contains(t, strings.Join(v.Logs, "\n"), "panic: panic requested by -panic-at")
	})
}

// TestRun_RefusedInMidRun_ReportsItAtOnce removes the account from the team during the
// training.
func TestRun_RefusedInMidRun_ReportsItAtOnce(t *testing.T) {
	t.Parallel()
	server := wandbtest.New(t, wandbtest.Solo())
	env := environ(t, server)
	remove := sync.OnceFunc(func() { assert.NoError(t, server.RemoveMember("acme", "alice")) })
	lost := make(chan struct{})
	report := sync.OnceFunc(func() { close(lost) })
	out := screen{seen: func(text string) {
		switch {
		case strings.Contains(text, "lost       "):
			report()
		case strings.Contains(text, "epoch       20"):
			remove()
		case strings.Contains(text, "epoch       40"):
			<-lost // blocks only the training
		}
	}}
	code := run(t.Context(), []string{"-pace", "1ms"}, func(name string) string { return env[name] }, &out)
	text := out.text.String()
	assert.Equal(t, exitNotUploaded, code, text)
	// Which of the two requests comes first depends on the time.
	assert.Regexp(t, `lost       (upload run acme/wandgo-harness|log artifact acme/wandgo-harness/checkpoint-\w+): user "alice" is probably not a member of team "acme"`, text)
	assert.Contains(t, text, "epoch       60", "the training continues")
	assert.Contains(t, text, "on disk    "+env["WANDB_DIR"])
}

// TestRun_PartRefused_ExitStatusSaysSo: whichever part the server refuses, the training
// finishes, and the exit status says that the server lacks something.
func TestRun_PartRefused_ExitStatusSaysSo(t *testing.T) {
	t.Parallel()
	for part, after := range map[string]int{"file_stream": 0, "UpsertBucket": 1, "CreateRunFiles": 0, "PUT": 0, "NotifyScriptableRunAlert": 0} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			server := wandbtest.New(t, wandbtest.Solo())
			env := environ(t, server)
			server.Inject(wandbtest.Fault{Operation: part, After: after, Status: 403, Body: `{"error":"permission denied"}`})
			args, want := []string(nil), exitNotUploaded
			if part == "NotifyScriptableRunAlert" { // only a training that fails sends one
				args, want = []string{"-lr", "1e308"}, exitFailed
			}
			var out screen
			code := run(t.Context(), args, func(name string) string { return env[name] }, &out)
			text := out.text.String()
			assert.Equal(t, want, code, text)
			assert.Contains(t, text, "on disk    "+env["WANDB_DIR"])
			assert.Contains(t, text, "permission denied")
		})
	}
}
