//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps what a terminal does to the launcher away from a worker. Ctrl-C
// signals the whole process group in front; a worker in it would hear of it twice,
// from the terminal and from the launcher, and take the second time for "at once".
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
