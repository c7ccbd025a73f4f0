//go:build !linux

package objectcache

import (
	"io/fs"
	"time"
)

// lastUse is when a file was written. When it was read is not known here.
func lastUse(info fs.FileInfo) time.Time { return info.ModTime() }
