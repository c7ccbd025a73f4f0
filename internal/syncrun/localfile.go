package syncrun

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// errForeignFile means that a log names a file that the run is not known to have logged.
var errForeignFile = errors.New("the log names a file outside of the run's directory, and it is not known that the run logged it")

// located returns an artifact whose entries name the files where they are now. A run's
// directory may have been moved since, with the copies in it.
//
// What the log says proves nothing, as for links (see [Log.source]). A file is only used
// if it is
//
//   - one of the copies below the run's directory,
//   - one that the run noted with the key of the account that syncs,
//   - below the directory in which the official client keeps copies, or
//   - below the program's directory.
func (j *job) located(a *record.Artifact) (*record.Artifact, error) {
	out := *a
	m := record.ArtifactManifest{}
	if a.Manifest != nil {
		m = *a.Manifest
	}
	out.Manifest = &m
	if m.EntriesFile != "" {
		path, err := j.locate(m.EntriesFile, false)
		if err != nil {
			return nil, err
		}
		if m.Entries, err = readEntries(path); err != nil {
			return nil, err
		}
		m.EntriesFile = ""
	} else {
		m.Entries = slices.Clone(m.Entries)
	}
	noted := j.log.Dir.HasArtifact(j.e.Options.Key, &out)
	for i := range m.Entries {
		e := &m.Entries[i]
		if e.LocalPath == "" || e.Ref != "" {
			continue
		}
		path, err := j.locate(e.LocalPath, noted)
		if err != nil {
			return nil, fmt.Errorf("its file %.80q: %w", e.Path, err)
		}
		e.LocalPath = path
	}
	return &out, nil
}

// locate returns where a file that the log names is now.
func (j *job) locate(path string, noted bool) (string, error) {
	if moved := j.log.copyOf(path); moved != "" {
		return moved, nil
	}
	if noted || isBelow(path, j.e.Options.Staging) || j.log.isBeside(path) {
		_, err := os.Stat(path)
		return path, err
	}
	if _, err := os.Stat(path); err != nil {
		return "", err
	}
	return "", errForeignFile
}

// copyOf returns where the run's directory has a file of an artifact that the log names, ""
// if it has none.
func (l *Log) copyOf(path string) string {
	// <run's directory>/artifacts/<artifact>/<file>
	moved := filepath.Join(l.Dir.Artifacts(), filepath.Base(filepath.Dir(path)), filepath.Base(path))
	if info, err := os.Lstat(moved); err == nil && info.Mode().IsRegular() && isBelow(moved, l.Dir.Path()) {
		return moved
	}
	return ""
}

// Entries returns the files of an artifact of the log. The LocalPath of each is in the run's
// directory, or "" if the file is not there: it is removed when the server has it.
func (l *Log) Entries(a *record.Artifact) ([]record.ArtifactEntry, error) {
	if a.Manifest == nil {
		return nil, nil
	}
	entries := slices.Clone(a.Manifest.Entries)
	if file := a.Manifest.EntriesFile; file != "" {
		path := l.copyOf(file)
		if path == "" {
			return nil, nil
		}
		var err error
		if entries, err = readEntries(path); err != nil {
			return nil, err
		}
	}
	for i := range entries {
		e := &entries[i]
		if e.LocalPath != "" && e.Ref == "" {
			e.LocalPath = l.copyOf(e.LocalPath)
		}
	}
	return entries, nil
}

// isBelow reports whether a file is below a directory, after links were followed.
func isBelow(file, dir string) bool {
	_, err := relative(dir, file)
	return dir != "" && err == nil
}

// readEntries reads the entries of an artifact that has too many for a record.
func readEntries(path string) ([]record.ArtifactEntry, error) {
	f, err := smallfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return manifest.ReadLines(f)
}
