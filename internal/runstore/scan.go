package runstore

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Limits of the search for logs, so that a board on / ends.
const (
	maxDepth = 6
	maxDirs  = 50_000
)

// finder looks for logs below directories.
type finder struct {
	logs []string
	// homes are the directories with the directories of runs.
	homes map[string]bool
	// sweeps are the directories of local sweeps.
	sweeps []string
	left   int
	err    error
}

// find looks for logs at a path: a log, or a directory at any depth above one. Links below
// it are not followed.
func (f *finder) find(path string) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		f.err = err
	case info.Mode().IsRegular() && filepath.Ext(path) == ".wandb":
		f.logs = append(f.logs, path)
	case info.IsDir():
		f.dir(path, 0)
	}
}

// dir looks into a directory.
func (f *finder) dir(path string, depth int) {
	entries, err := os.ReadDir(path)
	if err != nil {
		if depth == 0 {
			f.err = err
		}
		return // it may be deleted this moment, or of somebody else
	}
	found := false
	for _, e := range entries {
		if e.Type().IsRegular() && e.Name() == "trials.jsonl" {
			f.sweeps = append(f.sweeps, path)
		}
		if e.Type().IsRegular() && filepath.Ext(e.Name()) == ".wandb" {
			found = true
			f.logs = append(f.logs, filepath.Join(path, e.Name()))
		}
	}
	if found {
		if depth > 0 { // what is beside the directory that was asked for is not shown
			f.homes[filepath.Dir(path)] = true
		}
		return
	}
	for _, e := range entries {
		if f.left <= 0 {
			return
		}
		if e.IsDir() && worthwhile(e) && depth < maxDepth {
			f.left--
			f.dir(filepath.Join(path, e.Name()), depth+1)
		}
	}
}

// worthwhile reports whether there may be runs below a directory.
func worthwhile(e fs.DirEntry) bool {
	switch name := e.Name(); name {
	case ".wandb":
		return true
	case "node_modules", "__pycache__", "venv":
		return false
	default:
		return !strings.HasPrefix(name, ".")
	}
}
