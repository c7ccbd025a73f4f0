package runstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

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
		return r.openFed(r.feed.Artifact(id, path))
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
	if m.EntriesFile != "" { // they are too many for a record
		f, err := r.openCopy(m.EntriesFile)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		if entries, err = manifest.ReadLines(f); err != nil {
			return nil, fmt.Errorf("read entries of artifact: %w", err)
		}
	}
	i := slices.IndexFunc(entries, func(e record.ArtifactEntry) bool { return e.Path == path })
	if i < 0 || entries[i].LocalPath == "" || entries[i].Ref != "" {
		return nil, fmt.Errorf("open file of artifact: %w", fs.ErrNotExist)
	}
	return r.openCopy(entries[i].LocalPath)
}

// openCopy opens a copy that the log names. The run's directory may have been moved since.
func (r *Run) openCopy(path string) (OpenedFile, error) {
	// <run's directory>/artifacts/<artifact>/<file>
	dir, name := r.dir.Path(), filepath.Join(filepath.Base(r.dir.Artifacts()), filepath.Base(filepath.Dir(path)), filepath.Base(path))
	if staged, err := filepath.Rel(r.store.staging, path); r.store.staging != "" && err == nil && filepath.IsLocal(staged) {
		dir, name = r.store.staging, staged
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	defer func() { _ = root.Close() }()
	return openIn(root, name)
}
