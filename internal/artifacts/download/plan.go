package download

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
)

// plan is what a first pass over a manifest finds. It compares hashes of paths, and takes eight
// bytes per entry.
type plan struct {
	manifest *manifestFile
	prefix   string
	files    int
	bytes    int64

	folds  bool // the file system ignores case
	seed   maphash.Seed
	hashes []uint64 // of the files' paths, sorted
}

// plan refuses paths that cannot be files in the target, before anything is written. Two that are
// the same file there would replace each other, and a file that is also a directory leaves no place
// for the files in it.
func (t *target) plan(m *manifestFile, prefix string) (*plan, error) {
	p := &plan{manifest: m, prefix: prefix, seed: maphash.MakeSeed()}
	var err error
	if p.folds, err = t.foldsCase(); err != nil {
		return nil, err
	}
	nested := false
	err = m.entries(prefix, func(e *record.ArtifactEntry) error {
		p.files++
		p.bytes += min(e.Size, math.MaxInt64-p.bytes) // a million large files may be too many
		p.hashes = append(p.hashes, maphash.String(p.seed, p.fold(e.Path)))
		nested = nested || strings.Contains(e.Path, "/")
		_, err := local(e.Path)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(p.hashes)
	for i := 1; i < len(p.hashes); i++ {
		if p.hashes[i] == p.hashes[i-1] {
			return nil, p.sameFile(p.hashes[i])
		}
	}
	if nested {
		err = p.checkDirectories()
	}
	return p, err
}

// foldsCase reports whether the file system ignores case: whether the directory with a random name
// in upper case is there in lower case.
func (t *target) foldsCase() (bool, error) {
	_, err := t.root.Lstat(strings.ToLower(t.partial.dir))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func (p *plan) fold(path string) string {
	if p.folds {
		return strings.ToLower(path)
	}
	return path
}

// sameFile returns an error with two paths that have a hash.
func (p *plan) sameFile(hash uint64) error {
	first := ""
	return p.manifest.entries(p.prefix, func(e *record.ArtifactEntry) error {
		switch {
		case maphash.String(p.seed, p.fold(e.Path)) != hash:
			return nil
		case first == "":
			first = e.Path
			return nil
		}
		return fmt.Errorf("%w: %s and %s are the same file here", manifest.ErrManifest, quote(first), quote(e.Path))
	})
}

// checkDirectories refuses a file that is also a directory of another. It reads the manifest again,
// because a few deep paths have more directories than fit in memory.
func (p *plan) checkDirectories() error {
	last := ""
	return p.manifest.entries(p.prefix, func(e *record.ArtifactEntry) error {
		dir := e.Path[:max(strings.LastIndexByte(e.Path, '/'), 0)]
		if dir == last {
			return nil
		}
		last = dir
		for above, hash := range p.directories(e.Path) {
			if _, file := slices.BinarySearch(p.hashes, hash); file {
				return fmt.Errorf("%w: the file %s is also the directory of %s", manifest.ErrManifest, quote(above), quote(e.Path))
			}
		}
		return nil
	})
}

// directories are those that a path is in, with their hashes.
func (p *plan) directories(path string) iter.Seq2[string, uint64] {
	return func(yield func(string, uint64) bool) {
		var h maphash.Hash
		h.SetSeed(p.seed)
		hashed := 0
		for i := range len(path) {
			if path[i] != '/' {
				continue
			}
			_, _ = h.WriteString(p.fold(path[hashed:i])) // a hash accepts every write
			if hashed = i; !yield(path[:i], h.Sum64()) {
				return
			}
		}
	}
}

func quote(path string) string { return plaintext.Quote(path, 80) }
