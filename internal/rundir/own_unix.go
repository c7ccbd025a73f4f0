//go:build unix

package rundir

import (
	"io/fs"
	"os"
	"syscall"
)

// isOwn reports whether a file belongs to the user.
func isOwn(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// writable reports whether the user can create files in a directory. Unlike the mode, the
// system call takes read-only file systems into account.
func writable(dir string) bool {
	const write, search = 2, 1
	return syscall.Access(dir, write|search) == nil
}
