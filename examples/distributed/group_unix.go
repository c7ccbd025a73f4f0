//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// ownGroup puts a worker into a process group of its own. Ctrl-C signals the foreground
// group; a worker in it would get the signal twice, from the terminal and from the
// launcher, and the second one kills.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
