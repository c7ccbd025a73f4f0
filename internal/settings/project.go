package settings

import (
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/wandgo/wandgo/internal/smallfile"
)

// UncategorizedProject is the default project outside a git repository.
const UncategorizedProject = "uncategorized"

// defaultProject returns the default project. Inside a git repository it is the name of
// the repository's directory, followed by the path of the working directory below it
// ("repo-train_vision"), and otherwise "uncategorized".
// Characters that a project name cannot have become "_". It reads the file system and
// starts no process.
func defaultProject(workDir string) string {
	root, _ := FindRepository(workDir)
	if root == "" {
		return UncategorizedProject
	}
	name := filepath.Base(root)
	if sub, err := filepath.Rel(root, workDir); err == nil && filepath.IsLocal(sub) && sub != "." {
		name += "-" + strings.ReplaceAll(filepath.ToSlash(sub), "/", "_")
	}
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(projectForbidden, r) || unicode.IsControl(r) || r == unicode.ReplacementChar {
			return '_'
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > maxProject {
		name = string(runes[:maxProject])
	}
	if CheckProject(name) != nil || name == "" {
		return UncategorizedProject
	}
	return name
}

// FindRepository returns the Git work tree that contains dir, and its Git directory. They are "" if
// there is none.
func FindRepository(dir string) (top, gitDir string) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", ""
	}
	for {
		if gitDir = gitDirOf(filepath.Join(dir, ".git")); gitDir != "" {
			return dir, gitDir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", ""
		}
		dir = parent
	}
}

// gitDirOf returns the directory .git, or the one that .git names if it is a file, as in
// submodules and linked work trees.
func gitDirOf(path string) string {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return ""
	case info.IsDir():
		if _, err := os.Stat(filepath.Join(path, "HEAD")); err != nil {
			return ""
		}
		return path
	}
	text, _ := smallfile.Read(path) // empty if it cannot be read
	to, ok := strings.CutPrefix(string(text), "gitdir:")
	if !ok {
		return ""
	}
	to = filepath.FromSlash(strings.TrimSpace(to))
	if !filepath.IsAbs(to) {
		to = filepath.Join(filepath.Dir(path), to)
	}
	return to
}
