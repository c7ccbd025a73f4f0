//go:build !plan9

package client

import (
	"os"
	"syscall"
)

// signalNumber is the number that the operating system has for a signal.
func signalNumber(s os.Signal) (n int, ok bool) {
	number, ok := s.(syscall.Signal)
	return int(number), ok
}
