//go:build unix

package journal

import (
	"io/fs"
	"syscall"
)

// hasNoName says whether the last name of an open file was removed. A file that
// was moved has another.
func hasNoName(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Nlink == 0
}
