package download

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strconv"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/record"
)

// errEnough ends the reading of a manifest.
var errEnough = errors.New("enough entries")

// Entries lists the manifest's entries in its order.
func (v *Version) Entries(ctx context.Context) iter.Seq2[*record.ArtifactEntry, error] {
	return func(yield func(*record.ArtifactEntry, error) bool) {
		stopped := false
		err := v.withManifest(ctx, func(m *manifestFile) error {
			return m.entries("", func(e *record.ArtifactEntry) error {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				if stopped = !yield(e, nil); stopped {
					return errEnough
				}
				return nil
			})
		})
		if err != nil && !stopped {
			yield(nil, v.explain(ctx, diagnose.OpDownloadArtifact, err))
		}
	}
}

// Entry returns the manifest's entry of a name. The error wraps fs.ErrNotExist if there is none.
func (v *Version) Entry(ctx context.Context, name string) (*record.ArtifactEntry, error) {
	for e, err := range v.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		if e.Path == name {
			return e, nil
		}
	}
	return nil, fmt.Errorf("open %s in artifact %s: %w", quote(name), v.Info().Path, fs.ErrNotExist)
}

// All reads all entries into memory, in the order of their paths.
func (v *Version) All(ctx context.Context) ([]record.ArtifactEntry, error) {
	var entries []record.ArtifactEntry
	for e, err := range v.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		entries = append(entries, *e)
	}
	return manifest.Sorted(entries)
}

// listed is the start of a list of names, for a line.
func listed(names []string) string {
	const most = 3
	text := ""
	for i, name := range names {
		if i == most {
			return text + " and " + strconv.Itoa(len(names)-most) + " more"
		}
		if i > 0 {
			text += ", "
		}
		text += quote(name)
	}
	return text
}
