package objectcache

import (
	"io/fs"
	"syscall"
	"time"
)

// lastUse is when a file was last read, as the official client looks at it.
func lastUse(info fs.FileInfo) time.Time {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		if at := time.Unix(st.Atim.Unix()); at.After(info.ModTime()) {
			return at
		}
	}
	return info.ModTime()
}
