package download

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"math"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
)

// plan is what a first pass over a manifest finds. It takes eight bytes per entry.
type plan struct {
	files  int
	bytes  int64
	prefix string
	seed   maphash.Seed
	twins  []uint64 // hashes of folded paths that occur more than once
}

func planOf(m *manifestFile, prefix string) (*plan, error) {
	p := &plan{prefix: prefix, seed: maphash.MakeSeed()}
	var hashes []uint64
	err := m.entries(prefix, func(e *record.ArtifactEntry) error {
		p.files++
		p.bytes += min(e.Size, math.MaxInt64-p.bytes) // a million large files may be too many
		hashes = append(hashes, p.fold(e.Path))
		_, err := local(e.Path) // before anything is written
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(hashes)
	for i := 1; i < len(hashes); i++ {
		if hashes[i] == hashes[i-1] && (len(p.twins) == 0 || p.twins[len(p.twins)-1] != hashes[i]) {
			p.twins = append(p.twins, hashes[i])
		}
	}
	return p, nil
}

func (p *plan) fold(path string) uint64 { return maphash.String(p.seed, strings.ToLower(path)) }

// maxTwins bounds how many paths are compared exactly.
const maxTwins = 10_000

// checkTwins refuses paths that are the same file on the target's file system: one would
// replace the other.
func (p *plan) checkTwins(t *target, m *manifestFile) error {
	if len(p.twins) == 0 {
		return nil
	}
	insensitive, err := t.foldsCase()
	if err != nil {
		return err
	}
	if len(p.twins) > maxTwins {
		return fmt.Errorf("%w: more than %d paths differ in case only", manifest.ErrManifest, maxTwins)
	}
	seen := map[string]string{}
	return m.entries(p.prefix, func(e *record.ArtifactEntry) error {
		if _, twin := slices.BinarySearch(p.twins, p.fold(e.Path)); !twin {
			return nil
		}
		key := e.Path
		if insensitive {
			key = strings.ToLower(e.Path)
		}
		if other, ok := seen[key]; ok {
			return fmt.Errorf("%w: %s and %s are the same file here", manifest.ErrManifest, plaintext.Quote(other, 80), plaintext.Quote(e.Path, 80))
		}
		if seen[key] = e.Path; len(seen) > 10*maxTwins {
			return fmt.Errorf("%w: too many paths differ in case only", manifest.ErrManifest)
		}
		return nil
	})
}

// foldsCase reports whether the file system ignores case.
func (t *target) foldsCase() (bool, error) {
	f, name, err := t.create()
	if err != nil {
		return false, err
	}
	_ = f.Close()
	defer t.remove(name)
	upper := strings.ToUpper(name)
	switch _, err = t.root.Lstat(upper); {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	}
	return false, err
}
