package runfiles

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
)

// cleanName returns the name of a file in the run as the server knows it.
// Backslashes are separators only on Windows; elsewhere they are part of a name.
func cleanName(name string) (string, error) {
	slashed := filepath.ToSlash(name)
	if slashed == "." || !fs.ValidPath(slashed) || hasNUL(slashed) || filepath.VolumeName(name) != "" {
		return "", invalid("file name", name, "must be a path inside the run", ErrOutside)
	}
	return slashed, nil
}

func hasNUL(s string) bool {
	for i := range len(s) {
		if s[i] == 0 {
			return true
		}
	}
	return false
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
	for _, g := range u.cfg.IgnoreGlobs {
		if ok, _ := path.Match(g, name); ok { // the patterns were checked by New
			return true
		}
	}
	return false
}
