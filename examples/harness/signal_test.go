//go:build unix

package main

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// process is the program in its own process.
func process(ctx context.Context, t *testing.T, env map[string]string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), program + "=1"}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// TestProcess_Signaled_UploadsAndReportsTheExitCode sends the signals of a person and of a
// batch system.
func TestProcess_Signaled_UploadsAndReportsTheExitCode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		signal syscall.Signal
		says   string
		code   int
		alerts int
	}{
		{"Ctrl-C", syscall.SIGINT, "SIGINT", exitStopped, 0},
		{"SIGTERM", syscall.SIGTERM, "SIGTERM", 143, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			server := wandbtest.New(t, wandbtest.Solo())
			cmd := process(ctx, t, environ(t, server), "-epochs", "100000", "-pace", "1ms")
			output, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			var text strings.Builder
			for lines := bufio.NewScanner(output); lines.Scan(); {
				text.WriteString(lines.Text() + "\n")
				if strings.HasPrefix(lines.Text(), "epoch       20") {
					require.NoError(t, cmd.Process.Signal(tt.signal))
				}
			}
			_ = cmd.Wait()
			assert.Equal(t, tt.code, cmd.ProcessState.ExitCode(), text.String())
			assert.Contains(t, text.String(), "stopped    the program was stopped by "+tt.says+"\n")
			assert.Contains(t, text.String(), "uploaded   ")
			v := stored(t, server)
			assert.GreaterOrEqual(t, len(v.HistoryLines), 20)
			assert.Equal(t, "failed", v.State)
			require.NotNil(t, v.ExitCode)
			assert.Equal(t, tt.code, *v.ExitCode)
			assert.Len(t, v.Alerts, tt.alerts, "a person who pressed Ctrl-C needs no alert")
		})
	}
}

// TestProcess_KilledAndRestarted_EqualsAnUndisturbedRun kills the program during its
// training and starts it again. It resumes from a checkpoint, and the run has every epoch
// once.
func TestProcess_KilledAndRestarted_EqualsAnUndisturbedRun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	undisturbed := wandbtest.New(t, wandbtest.Solo())
	out, err := process(ctx, t, environ(t, undisturbed)).CombinedOutput()
	require.NoError(t, err, string(out))

	server := wandbtest.New(t, wandbtest.Solo())
	env := environ(t, server)
	delete(env, "WANDB_RUN_ID") // the program finds the run by itself
	// After some rows the server hangs, so the program cannot finish before it is killed.
	killed, kill := context.WithCancel(ctx)
	defer kill()
	enough := func(v wandbtest.RunView) bool { return len(v.HistoryLines) >= 12 }
	hang := server.Inject(wandbtest.Fault{Operation: "file_stream", Match: func(*http.Request, []byte) bool {
		key := server.Runs()[0]
		if v, _ := server.Run(key.Entity, key.Project, key.ID); !enough(v) {
			return false
		}
		<-killed.Done()
		return true
	}, Cut: wandbtest.CutBefore})
	first := process(ctx, t, env, "-resume", "-pace", "1ms")
	var printed strings.Builder
	first.Stdout = &printed
	require.NoError(t, first.Start())
	_, err = server.WaitRequests(ctx, 1, func(r wandbtest.Request) bool { return r.Operation == "file_stream" })
	require.NoError(t, err)
	key := server.Runs()[0]
	_, err = server.WaitRun(ctx, key.Entity, key.Project, key.ID, enough)
	require.NoError(t, err)
	require.NoError(t, first.Process.Kill())
	_ = first.Wait()
	require.NotContains(t, printed.String(), "uploaded")
	kill()
	hang.Remove()

	out, err = process(ctx, t, env, "-resume").CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), "resuming after epoch ")
	assert.Contains(t, string(out), "restored   the checkpoint of epoch ")
	require.Len(t, server.Runs(), 1, "it is the same run")
	v, _ := server.Run(key.Entity, key.Project, key.ID)
	rows, want := v.History(), stored(t, undisturbed).History()
	require.Len(t, rows, len(want))
	for i, row := range rows {
		for _, key := range []string{"_step", "epoch", "train/loss", "val/loss", "val/accuracy"} {
			assert.Equal(t, want[i][key], row[key], "row %d, %s", i, key)
		}
	}
	assert.Equal(t, "finished", v.State)
	newest, ok := server.Artifact(key.Entity + "/" + key.Project + "/checkpoint-" + key.ID)
	require.True(t, ok)
	assert.JSONEq(t, `{"epoch":60}`, newest.Metadata)
}
