package runstore

import (
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"time"
)

// maxCache is about how many bytes all indexes may take.
const maxCache = 2 << 30

// trimCache deletes the oldest indexes until the rest fits. What cannot be deleted stays.
func trimCache(dir string) {
	type file struct {
		path string
		size int64
		at   time.Time
	}
	var files []file
	total := int64(0)
	entries, _ := os.ReadDir(dir) // none if it cannot be read
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || info.Mode()&fs.ModeType != 0 || filepath.Ext(e.Name()) != ".index" {
			continue
		}
		files = append(files, file{filepath.Join(dir, e.Name()), info.Size(), info.ModTime()})
		total += info.Size()
	}
	sort.Slice(files, func(i, j int) bool { return files[i].at.Before(files[j].at) })
	for _, f := range files {
		if total <= maxCache {
			return
		}
		if os.Remove(f.path) == nil {
			total -= f.size
		}
	}
}
