//go:build unix && !linux

package sweep

import "syscall"

// endWithParent does nothing: these systems have no such attribute.
func endWithParent(*syscall.SysProcAttr) {}
