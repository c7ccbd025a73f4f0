package manifest

import (
	"io"

	"github.com/wandgo/wandgo/internal/record"
)

// Read returns the manifest that r has, with its entries in the order of their paths. The
// errors are those of r and of [Parse].
func Read(r io.Reader) (*record.ArtifactManifest, error) { return read(r, usual) }

// ReadLimited is [Read] with limits.
func ReadLimited(r io.Reader, entries int, bytes, entryBytes int64) (*record.ArtifactManifest, error) {
	return read(r, limits{entries, bytes, entryBytes})
}

func read(r io.Reader, l limits) (*record.ArtifactManifest, error) {
	var entries []record.ArtifactEntry
	m, err := parse(r, l, func(e *record.ArtifactEntry) error {
		entries = append(entries, *e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if m.Entries, err = Sorted(entries); err != nil {
		return nil, err
	}
	return m, nil
}
