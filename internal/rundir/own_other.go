//go:build !unix

package rundir

import (
	"io/fs"
	"os"
)

// isOwn is always true, because each user has a temporary directory of their own.
func isOwn(fs.FileInfo) bool { return true }

// writable reports whether a file can be created in a directory.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".wandgo-")
	if err != nil {
		return false
	}
	_ = f.Close()
	return os.Remove(f.Name()) == nil
}
