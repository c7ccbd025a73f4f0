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

// plan is what a first pass over a manifest finds. It takes eight bytes per entry.
type plan struct {
	files  int
	bytes  int64
	prefix string
	seed   maphash.Seed
	// twins are sorted hashes of folded paths that occur more than once, or are those of a
	// file and of a directory.
	twins []uint64
}

func planOf(m *manifestFile, prefix string) (*plan, error) {
	p := &plan{prefix: prefix, seed: maphash.MakeSeed()}
	var hashes []uint64
	nested := false
	err := m.entries(prefix, func(e *record.ArtifactEntry) error {
		p.files++
		p.bytes += min(e.Size, math.MaxInt64-p.bytes) // a million large files may be too many
		hashes = append(hashes, p.fold(e.Path))
		nested = nested || strings.Contains(e.Path, "/")
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
	if nested {
		err = p.findFilesAbove(m, hashes)
	}
	return p, err
}

// findFilesAbove adds the hashes of files that are also directories of others. It reads the
// manifest again, because a few deep paths have more directories than fit in memory.
func (p *plan) findFilesAbove(m *manifestFile, files []uint64) error {
	last := ""
	return m.entries(p.prefix, func(e *record.ArtifactEntry) error {
		dir := e.Path[:max(strings.LastIndexByte(e.Path, '/'), 0)]
		if dir == last {
			return nil
		}
		last = dir
		for _, hash := range p.directories(e.Path) {
			if _, file := slices.BinarySearch(files, hash); !file || len(p.twins) > maxTwins {
				continue
			}
			if i, known := slices.BinarySearch(p.twins, hash); !known {
				p.twins = slices.Insert(p.twins, i, hash)
			}
		}
		return nil
	})
}

// directories are those that a path is in, with what [plan.fold] returns of them.
func (p *plan) directories(path string) iter.Seq2[string, uint64] {
	return func(yield func(string, uint64) bool) {
		var h maphash.Hash
		h.SetSeed(p.seed)
		hashed := 0
		for i := range len(path) {
			if path[i] != '/' {
				continue
			}
			_, _ = h.WriteString(strings.ToLower(path[hashed:i])) // a hash accepts every write
			if hashed = i; !yield(path[:i], h.Sum64()) {
				return
			}
		}
	}
}

func (p *plan) fold(path string) uint64 { return maphash.String(p.seed, strings.ToLower(path)) }

// maxTwins bounds how many paths are compared exactly.
const maxTwins = 10_000

// checkTwins refuses paths that are the same file on the target's file system: one would
// replace the other. A file that is also a directory leaves no place for the files in it.
func (p *plan) checkTwins(t *target, m *manifestFile) error {
	if len(p.twins) == 0 {
		return nil
	}
	insensitive, err := t.foldsCase()
	if err != nil {
		return err
	}
	if len(p.twins) > maxTwins {
		return fmt.Errorf("%w: more than %d paths differ in case only, or are files and directories", manifest.ErrManifest, maxTwins)
	}
	seen := twins{folds: insensitive, of: map[string]twin{}}
	return m.entries(p.prefix, func(e *record.ArtifactEntry) error {
		if p.isTwin(p.fold(e.Path)) {
			if err := seen.add(twin{path: e.Path}); err != nil {
				return err
			}
		}
		for dir, hash := range p.directories(e.Path) {
			if p.isTwin(hash) {
				if err := seen.add(twin{path: dir, dir: true}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (p *plan) isTwin(hash uint64) bool {
	_, ok := slices.BinarySearch(p.twins, hash)
	return ok
}

// twin is a path that has the hash of another.
type twin struct {
	path string
	dir  bool
}

// twins are compared exactly.
type twins struct {
	folds bool
	of    map[string]twin
}

func (s *twins) add(t twin) error {
	key := t.path
	if s.folds {
		key = strings.ToLower(key)
	}
	other, ok := s.of[key]
	switch {
	case !ok:
		if s.of[key] = t; len(s.of) > 10*maxTwins {
			return fmt.Errorf("%w: too many paths differ in case only", manifest.ErrManifest)
		}
	case other.dir != t.dir:
		if t.dir {
			t, other = other, t
		}
		return fmt.Errorf("%w: the file %s is also the directory %s", manifest.ErrManifest, quote(t.path), quote(other.path))
	case !t.dir:
		return fmt.Errorf("%w: %s and %s are the same file here", manifest.ErrManifest, quote(other.path), quote(t.path))
	}
	return nil
}

func quote(path string) string { return plaintext.Quote(path, 80) }

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
