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

// TestCtrlC interrupts the program as a terminal does, which signals the whole
// process group: each worker ends in good order, with every row on the server, and
// the run is over.
func TestCtrlC(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		signal syscall.Signal
		group  bool // everybody in it gets the signal, as by Ctrl-C
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
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // or the test would be hit as well
			output, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			lines := bufio.NewScanner(output)
			var text strings.Builder
			for lines.Scan() {
				text.WriteString(lines.Text() + "\n")
				if strings.Contains(lines.Text(), "epoch  20 ") { // they are in the middle of it
					pid := cmd.Process.Pid
					if tt.group {
						pid = -pid
					}
					require.NoError(t, syscall.Kill(pid, tt.signal))
				}
			}
			require.Error(t, cmd.Wait(), "it did not do what it was asked to")
			assert.Equal(t, 1, cmd.ProcessState.ExitCode(), text.String())

			v, ok := s.Run("acme", project, "job7")
			require.True(t, ok)
			assert.Equal(t, "failed", v.State, text.String())
			require.NotNil(t, v.ExitCode)
			assert.Equal(t, 255, *v.ExitCode)
			rows := rowsByRank(v)
			for rank := range 3 {
				assert.GreaterOrEqual(t, rows[rank], 20)
				assert.Equal(t, rows[0], rows[rank], "they stop together, and no row is lost")
			}
			assert.Regexp(t, `(?s)(rank\d +\d+  exit status 255\n){3}`, text.String())
		})
	}
}
