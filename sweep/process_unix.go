//go:build unix

package sweep

import (
	"os/exec"
	"syscall"
)

// ownGroup gives the program a process group of its own, so that signals reach what it starts, and
// those of the terminal do not.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(cmd.SysProcAttr)
}

// An error of a signal means that the processes have ended.

func terminateGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }

func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
