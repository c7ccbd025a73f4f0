package draft

import (
	"cmp"
	"context"
	"fmt"
	"path"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
)

// Config says how a draft is fixed.
type Config struct {
	// Dir is where the copies go. It is made if there is something to copy.
	Dir string
	// Immutable says that no one changes the files until they are uploaded: they are not
	// copied.
	Immutable bool
	// Take is called before bytes are copied or linked, by several goroutines, and its error
	// ends that; nil is no limit.
	Take func(n int64) error
	// Digests are those of files that were hashed before; nil remembers none.
	Digests *Digests
	// HTTP reads references; see [Reference].
	HTTP Getter
}

// Fix hashes the files and copies them to a directory. It returns the artifact without
// what the run knows of it: its target, aliases and step. If it fails, the directory may
// hold files. The errors are:
//
//   - [*errors.InputError] for names and metadata that the server refuses;
//   - [ErrUnnamed], [ErrOpen], [ErrDuplicate];
//   - that of Config.Take;
//   - those of reading and writing files.
func (d *Draft) Fix(ctx context.Context, cfg Config) (*record.Artifact, error) {
	snap, err := d.snapshot()
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(manifest.CheckName(d.name), manifest.CheckType(d.typ, d.name)); err != nil {
		return nil, err
	}
	desc := d.describe()
	if desc.Invalid != nil {
		return nil, desc.Invalid
	}
	for _, tag := range desc.Tags {
		if err := manifest.CheckTag(tag); err != nil {
			return nil, err
		}
	}
	metadata, err := EncodeMetadata(desc.Metadata)
	if err != nil {
		return nil, err
	}
	entries, err := stage(ctx, cfg, desc.Algorithm, snap)
	if err != nil {
		return nil, err
	}
	a := &record.Artifact{
		Type: d.typ, Name: d.name, Description: desc.Text, Metadata: metadata, Tags: desc.Tags,
		DistributedID: desc.DistributedID, Finalize: true, ClientID: d.clientID, BaseID: snap.base,
		TTLSeconds: desc.TTLSeconds, Incremental: desc.Incremental,
		DigestAlgorithm: desc.Algorithm.Name(), Manifest: manifest.New(desc.StorageRegion, entries),
	}
	a.Digest, err = manifest.ContentDigest(desc.Algorithm, entries)
	return a, err
}

// stage hashes and copies the sources, on all cores, and returns all entries.
func stage(ctx context.Context, cfg Config, alg manifest.Algorithm, snap *snapshot) ([]record.ArtifactEntry, error) {
	refs, err := resolve(ctx, cfg, snap.refs)
	if err != nil {
		return nil, err
	}
	entries := make([]record.ArtifactEntry, len(snap.paths), len(snap.paths)+len(refs)+len(snap.kept))
	if err := stageFiles(ctx, cfg, alg, snap, entries); err != nil {
		return nil, err
	}
	entries = append(entries, refs...)
	for _, e := range entries {
		delete(snap.kept, e.Path)
	}
	for _, e := range snap.kept {
		entries = append(entries, e)
	}
	if entries, err = manifest.Sorted(entries); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDuplicate, err)
	}
	return entries, noFileAbove(entries)
}

func stageFiles(ctx context.Context, cfg Config, alg manifest.Algorithm, snap *snapshot, entries []record.ArtifactEntry) error {
	st := &stager{cfg: cfg, alg: alg}
	return manifest.Parallel(ctx, len(snap.paths), func() func(context.Context, int) error {
		w := &worker{stager: st}
		return func(ctx context.Context, i int) error {
			p := snap.paths[i]
			src := snap.sources[p]
			e, err := w.stage(ctx, i, &src)
			if err != nil {
				return fmt.Errorf("add %s to the artifact: %w", quote(p), err)
			}
			e.Path = p
			entries[i] = e
			return nil
		}
	})
}

// noFileAbove refuses a file that is also a directory of another.
func noFileAbove(entries []record.ArtifactEntry) error {
	files := make(map[string]bool, len(entries))
	for i := range entries {
		files[entries[i].Path] = true
	}
	for i := range entries {
		for dir := path.Dir(entries[i].Path); dir != "."; dir = path.Dir(dir) {
			if files[dir] {
				return fmt.Errorf("%w: %s is a file and the directory of %s", ErrDuplicate, quote(dir), quote(entries[i].Path))
			}
		}
	}
	return nil
}
