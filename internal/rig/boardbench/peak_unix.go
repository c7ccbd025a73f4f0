//go:build unix

package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// peak returns the peak memory of a process that has ended.
func peak(s *os.ProcessState) string {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return "unknown"
	}
	n := float64(usage.Maxrss)
	if runtime.GOOS == "linux" { // in kilobytes
		n *= 1024
	}
	return fmt.Sprintf("%.0f MB", n/(1<<20))
}
