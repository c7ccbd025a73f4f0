//go:build unix

package main

import (
	"bufio"
	"context"
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

// TestProcess_Signaled_AllWorkersStopAndUpload signals the program as a terminal and as a
// batch system do.
func TestProcess_Signaled_AllWorkersStopAndUpload(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		signal syscall.Signal
		group  bool // signal the whole group, as Ctrl-C does
	}{
		{"Ctrl-C", syscall.SIGINT, true},
		{"a batch system's SIGTERM", syscall.SIGTERM, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			exe, err := os.Executable()
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, exe, "-n", "3", "-epochs", "1000000")
			cmd.Env = []string{
				"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "WANDB_DIR=" + t.TempDir(), launcher + "=1",
				"WANDB_BASE_URL=" + s.URL(), "WANDB_API_KEY=" + wandbtest.AliceKey, "WANDB_RUN_ID=job7",
			}
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // otherwise the test gets the signal too
			output, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			lines := bufio.NewScanner(output)
			var text strings.Builder
			for lines.Scan() {
				text.WriteString(lines.Text() + "\n")
				if strings.Contains(lines.Text(), "epoch  20 ") { // the training is halfway
					pid := cmd.Process.Pid
					if tt.group {
						pid = -pid
					}
					require.NoError(t, syscall.Kill(pid, tt.signal))
				}
			}
			require.Error(t, cmd.Wait(), "the training did not finish")
			assert.Equal(t, 1, cmd.ProcessState.ExitCode(), text.String())

			v, ok := s.Run("acme", project, "job7")
			require.True(t, ok)
			assert.Equal(t, "failed", v.State, text.String())
			require.NotNil(t, v.ExitCode)
			assert.Equal(t, 255, *v.ExitCode)
			rows := rowsByRank(v)
			for rank := range 3 {
				assert.GreaterOrEqual(t, rows[rank], 20)
				assert.Equal(t, rows[0], rows[rank], "all stop at the same epoch, and no row is lost")
			}
			assert.Regexp(t, `(?s)(rank\d +\d+  exit status 255\n){3}`, text.String())
		})
	}
}
