//go:build linux || darwin

package environment

import (
	"io/fs"
	"os"
	"runtime"
	"syscall"

	"github.com/wandgo/wandgo/internal/record"
)

// diskOf returns the size of the file system of a path.
func diskOf(path string) (record.Disk, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil || s.Bsize <= 0 || s.Blocks == 0 {
		return record.Disk{}, false
	}
	size := uint64(s.Bsize)
	return record.Disk{Total: s.Blocks * size, Used: (s.Blocks - min(s.Bfree, s.Blocks)) * size}, true
}

// procFS returns the proc file system, if there is one.
func procFS() fs.FS {
	if runtime.GOOS != "linux" {
		return nil
	}
	return os.DirFS("/proc")
}
