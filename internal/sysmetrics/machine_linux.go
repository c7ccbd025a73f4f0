package sysmetrics

import (
	"io/fs"
	"os"
	"syscall"
)

func procFS() fs.FS { return os.DirFS("/proc") }

func sysFS() fs.FS { return os.DirFS("/sys") }

// diskUsage returns the bytes of a file system that are used and that are available to an
// ordinary user.
func diskUsage(path string) (used, available float64, ok bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, 0, false
	}
	size := float64(s.Bsize)
	return float64(s.Blocks-min(s.Bfree, s.Blocks)) * size, float64(s.Bavail) * size, true
}
