package runfiles

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// cleanName returns the name of a file in the run as the server knows it.
// Backslashes are separators only on Windows; elsewhere they are part of a name.
func cleanName(name string) (string, error) {
	slashed := filepath.ToSlash(name)
	if slashed == "." || !fs.ValidPath(slashed) || strings.ContainsRune(slashed, 0) || filepath.VolumeName(name) != "" {
		return "", invalid("file name", name, "must be a path inside the run", ErrOutside)
	}
	return slashed, nil
}

// checkGlobs returns an error for a malformed pattern.
func checkGlobs(globs []string) error {
	for _, g := range globs {
		if _, err := path.Match(g, ""); err != nil {
			return fmt.Errorf("ignore_globs pattern %q: %w", g, err)
		}
	}
	return nil
}

// ignored reports whether a name matches a pattern to ignore. The pattern must match the
// whole name, and its * does not match a slash.
func (u *Uploader) ignored(name string) bool {
	return slices.ContainsFunc(u.cfg.IgnoreGlobs, func(g string) bool {
		ok, _ := path.Match(g, name) // the patterns were checked by New
		return ok
	})
}
