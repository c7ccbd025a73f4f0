package runstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// artifactAt is where the log has an artifact, which id names as values of the history do.
type artifactAt struct {
	id     string
	offset int64
}

// OpenArtifact opens a file of an artifact that the run logs, or returns an error that wraps
// [fs.ErrNotExist]. id is the one in wandb-client-artifact://ID/PATH. Only copies in the
// run's directory are opened, which are removed when the server has the artifact, and those
// of the official client: a log is no reason to show another file of the machine. The caller
// closes it.
func (r *Run) OpenArtifact(id, path string) (OpenedFile, error) {
	if r.feed != nil {
		r.mu.Lock()
		changed := r.fed.Changed
		r.mu.Unlock()
		content, ok := r.feed.Artifact(id, path)
		if !ok {
			return nil, fs.ErrNotExist
		}
		return memoryFile{strings.NewReader(string(content)), changed}, nil
	}
	for _, l := range slices.Backward(r.logLives()) {
		for _, p := range slices.Backward(l.parts) {
			for _, a := range slices.Backward(p.artifacts) {
				if a.id == id && id != "" {
					return l.run.openArtifact(journal.Position{Offset: a.offset, Moved: p.to.Moved}, path)
				}
			}
		}
	}
	return nil, fmt.Errorf("open file of artifact: %w", fs.ErrNotExist)
}

// openArtifact opens a file of the artifact whose record is at a position.
func (r *Run) openArtifact(at journal.Position, path string) (OpenedFile, error) {
	log, err := smallfile.Open(r.dir.Journal())
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	defer func() { _ = log.Close() }()
	var m *record.ArtifactManifest
	err = recordAt(log, at, func(payload []byte) error {
		entry, err := wire.Decode(payload)
		if err != nil {
			return err
		}
		a, ok := entry.Body.(*record.Artifact)
		if !ok {
			return ErrChanged
		}
		m = a.Manifest
		return nil
	})
	if err != nil || m == nil {
		return nil, errors.Join(err, fs.ErrNotExist)
	}
	entries := m.Entries
	if m.EntriesFile != "" {
		if entries, err = r.entriesIn(m.EntriesFile); err != nil {
			return nil, err
		}
	}
	i := slices.IndexFunc(entries, func(e record.ArtifactEntry) bool { return e.Path == path })
	if i < 0 || entries[i].LocalPath == "" || entries[i].Ref != "" {
		return nil, fmt.Errorf("open file of artifact: %w", fs.ErrNotExist)
	}
	return r.openCopy(entries[i].LocalPath)
}

// entriesIn reads the entries of an artifact that has too many for a record.
func (r *Run) entriesIn(path string) ([]record.ArtifactEntry, error) {
	f, err := r.openCopy(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	entries, err := manifest.ReadLines(f)
	if err != nil {
		return nil, fmt.Errorf("read entries of artifact: %w", err)
	}
	return entries, nil
}

// openCopy opens a copy that the log names. The run's directory may have been moved since.
func (r *Run) openCopy(path string) (OpenedFile, error) {
	if staged, err := filepath.Rel(r.store.staging, path); r.store.staging != "" && err == nil && filepath.IsLocal(staged) {
		root, err := os.OpenRoot(r.store.staging)
		if err != nil {
			return nil, fmt.Errorf("open file: %w", err)
		}
		defer func() { _ = root.Close() }()
		return openIn(root, staged)
	}
	root, err := os.OpenRoot(r.dir.Path())
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	defer func() { _ = root.Close() }()
	// <run's directory>/artifacts/<artifact>/<file>
	return openIn(root, filepath.Join(filepath.Base(r.dir.Artifacts()), filepath.Base(filepath.Dir(path)), filepath.Base(path)))
}
