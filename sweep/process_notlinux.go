//go:build unix && !linux

package sweep

import "syscall"

// endWithParent does nothing: no system call says so here.
func endWithParent(*syscall.SysProcAttr) {}
