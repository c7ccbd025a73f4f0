//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package term

import (
	"os"
	"syscall"
	"unsafe"
)

// columnsOf asks the terminal, 0 if it does not say.
func columnsOf(file *os.File) int {
	var size struct{ rows, columns, x, y uint16 }
	conn, err := file.SyscallConn()
	if err != nil {
		return 0
	}
	var failed syscall.Errno
	err = conn.Control(func(fd uintptr) {
		_, _, failed = syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size))) //nolint:gosec // the kernel fills it in
	})
	if err != nil || failed != 0 {
		return 0
	}
	return int(size.columns)
}
