//go:build !unix

package sweep

import "os/exec"

func ownGroup(*exec.Cmd) {}

// Without signals a program is killed at once. An error means that it has ended.
func terminateGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
