package runfiles

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// SaveGlob saves every file that a pattern matches now; files that appear later
// are not found. It returns the names they have in the run, which are their
// paths relative to base, sorted; there may be none.
//
// The pattern is one of filepath.Match, in which an element ** stands for any
// number of directories. A pattern that is not absolute is relative to the
// current directory. An empty base is the current directory too, or, for an
// absolute pattern, the parent of the directory in its last but one element, as
// in the official client: /data/ckpt/*.pt gives names such as ckpt/a.pt. A
// pattern that leaves base is refused with [ErrOutside], and like one that is no
// pattern with an *errors.InputError; symbolic links below base may lead elsewhere,
// except those that ** meets. Directories are reported and left out, not walked: a
// stray * would upload everything below it. One that is named without a wildcard is
// an *errors.InputError, as nobody means nothing.
func (u *Uploader) SaveGlob(pattern, base string, policy Policy) ([]string, error) {
	base, rel, err := relativeTo(base, pattern)
	if err != nil {
		return nil, err
	}
	return u.saveAll(os.DirFS(base), rel, pattern, policy, func(name string) error {
		return u.Save(name, filepath.Join(base, filepath.FromSlash(name)), policy)
	})
}

// SaveFS is SaveGlob for a file system, whose root is the base. It must stay
// usable, also from other goroutines, until Close.
func (u *Uploader) SaveFS(fsys fs.FS, pattern string, policy Policy) ([]string, error) {
	clean := path.Clean(pattern)
	if !fs.ValidPath(clean) {
		return nil, outside(pattern)
	}
	return u.saveAll(fsys, clean, pattern, policy, func(name string) error {
		return u.SaveFile(name, fsys, name, policy)
	})
}

func (u *Uploader) saveAll(fsys fs.FS, glob, pattern string, policy Policy, save func(string) error) ([]string, error) {
	if err := policy.check(); err != nil {
		return nil, err
	}
	found, err := expand(fsys, glob)
	switch {
	case errors.Is(err, path.ErrBadPattern):
		return nil, invalid("pattern", pattern, "must be a pattern of filepath.Match", path.ErrBadPattern)
	case err != nil:
		return nil, fmt.Errorf("save %q: %w", pattern, err)
	}
	names := make([]string, 0, len(found))
	for _, name := range found {
		if _, err := (fsFile{fsys, name}).stat(); err != nil {
			if errors.Is(err, ErrNotRegular) && !strings.ContainsAny(glob, `*?[\`) {
				return nil, notRegular(fsys, name, pattern)
			}
			u.skip(name, err)
			continue
		}
		if u.ignored(name) {
			u.skip(name, ErrIgnored)
			continue
		}
		if _, err := cleanName(name); err != nil { // not UTF-8, which no request can carry
			u.skip(name, err)
			continue
		}
		if err := save(name); err != nil {
			return names, err
		}
		names = append(names, name)
	}
	return names, nil
}

// outside says that a pattern leaves its base.
func outside(pattern string) error {
	return invalid("pattern", pattern, "must lead to files below its base", ErrOutside)
}

// notRegular says what a pattern without a wildcard leads to.
func notRegular(fsys fs.FS, name, pattern string) error {
	rule := "is no regular file"
	if info, err := fs.Stat(fsys, name); err == nil && info.IsDir() {
		rule = "is a directory; /** after it stands for all the files below"
	}
	return invalid("pattern", pattern, rule, ErrNotRegular)
}

// relativeTo splits a pattern into an absolute base and a slashed rest.
func relativeTo(base, pattern string) (dir, rel string, err error) {
	if base == "" && filepath.IsAbs(pattern) {
		base = filepath.Dir(filepath.Dir(pattern))
	}
	if base, err = filepath.Abs(base); err != nil {
		return "", "", err
	}
	full, err := filepath.Abs(pattern)
	if err != nil {
		return "", "", err
	}
	rel, err = filepath.Rel(base, full)
	if err != nil || !filepath.IsLocal(rel) || rel == "." {
		return "", "", outside(pattern)
	}
	return base, filepath.ToSlash(rel), nil
}

// expand lists what matches, sorted.
func expand(fsys fs.FS, pattern string) ([]string, error) {
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, err
	}
	elements := strings.Split(pattern, "/")
	deep := slices.Index(elements, "**")
	if deep < 0 {
		return fs.Glob(fsys, pattern)
	}
	// What stands before the first ** tells where to look.
	roots := []string{"."}
	if deep > 0 {
		var err error
		if roots, err = fs.Glob(fsys, strings.Join(elements[:deep], "/")); err != nil {
			return nil, err
		}
	}
	found := make(map[string]bool)
	for _, root := range roots {
		err := fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				if d != nil && d.IsDir() {
					return fs.SkipDir // like fs.Glob, which passes over what it cannot read
				}
				return nil
			}
			if !d.IsDir() && matchElements(elements[deep:], below(root, name)) {
				found[name] = true
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// below splits the part of name that is below root.
func below(root, name string) []string {
	if root == "." {
		return strings.Split(name, "/")
	}
	return strings.Split(strings.TrimPrefix(name, root+"/"), "/")
}

// matchElements matches element by element, where ** takes any number of them.
// It remembers how far each ** may start, so that many of them stay cheap.
func matchElements(pattern, name []string) bool {
	// ok[j] says whether the pattern so far matches name[:j].
	ok := make([]bool, len(name)+1)
	ok[0] = true
	for _, p := range pattern {
		next := make([]bool, len(name)+1)
		for j := range next {
			switch {
			case p == "**":
				next[j] = ok[j] || j > 0 && next[j-1]
			case j > 0 && ok[j-1]:
				next[j], _ = path.Match(p, name[j-1])
			}
		}
		ok = next
	}
	return ok[len(name)]
}
