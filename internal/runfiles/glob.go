package runfiles

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// SaveGlob saves every file that matches a pattern. Files that are created later are not
// saved. It returns their names in the run, which are their paths relative to base,
// sorted. There may be none.
//
// The pattern is one of filepath.Match, with these additions:
//
//   - an element ** matches any number of directories;
//   - [!a] is [^a], as in Python;
//   - a pattern that is the name of a file matches only that file;
//   - a name that starts with a dot is only matched by an element that does, and ** does
//     not enter such a directory;
//   - a file whose name is typical for keys or passwords is only matched by its full name.
//
// A pattern that is not absolute is relative to the current directory. An empty base
// is the current directory too. For an absolute pattern it is the parent of the
// directory in its last but one element, as in the official client: /data/ckpt/*.pt
// gives names such as ckpt/a.pt. Symbolic links below base are followed, except by **.
// Directories that a wildcard matches are reported and skipped, because a stray * would
// otherwise upload everything below them. The error is
//
//   - [ErrOutside] for a pattern that leads out of base,
//   - an *errors.InputError for a malformed pattern, and for a directory without a
//     wildcard.
func (u *Uploader) SaveGlob(pattern, base string, policy Policy) ([]string, error) {
	base, rel, err := relativeTo(base, pattern)
	if err != nil {
		return nil, err
	}
	return u.saveAll(os.DirFS(base), rel, pattern, policy, func(name string) error {
		return u.Save(name, filepath.Join(base, filepath.FromSlash(name)), policy)
	})
}

// SaveFS is SaveGlob for a file system, whose root is the base. It is read from other
// goroutines until Close.
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
	found, err := expand(fsys, glob, func(name string) { u.skip(name, ErrSecret) })
	switch {
	case errors.Is(err, path.ErrBadPattern):
		return nil, invalid("pattern", pattern, "must be a pattern of filepath.Match", path.ErrBadPattern)
	case err != nil:
		return nil, fmt.Errorf("save %q: %w", pattern, err)
	}
	names := make([]string, 0, len(found))
	for _, name := range found {
		if _, err := (fsFile{fsys, name}).stat(); err != nil {
			if errors.Is(err, ErrNotRegular) && !hasWildcard(glob) {
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

// outside returns the error for a pattern that leads out of its base.
func outside(pattern string) error {
	return invalid("pattern", pattern, "must lead to files below its base", ErrOutside)
}

// notRegular returns the error for a pattern without a wildcard that is not a file.
func notRegular(fsys fs.FS, name, pattern string) error {
	rule := "is not a regular file"
	if info, err := fs.Stat(fsys, name); err == nil && info.IsDir() {
		rule = "is a directory; add /** to save all the files below it"
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
