package ptytest

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// open opens the two ends of a pseudo terminal.
func open() (screen, file *os.File, err error) {
	if screen, err = os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		return nil, nil, err
	}
	var locked, number int32
	if err = ioctl(screen, syscall.TIOCSPTLCK, &locked); err == nil {
		err = ioctl(screen, syscall.TIOCGPTN, &number)
	}
	if err == nil {
		file, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		_ = screen.Close()
		return nil, nil, err
	}
	return screen, file, nil
}

func ioctl(f *os.File, request uintptr, value *int32) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var errno syscall.Errno
	err = conn.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(unsafe.Pointer(value)))
	})
	if err == nil && errno != 0 {
		err = errno
	}
	return err
}
