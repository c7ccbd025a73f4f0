package settings

import (
	"bytes"
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
	root, ok := repositoryRoot(workDir)
	if !ok {
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

// repositoryRoot returns the git work tree that contains dir.
func repositoryRoot(dir string) (string, bool) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	for {
		if isRepository(filepath.Join(dir, ".git")) {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

// isRepository reports whether path is a git directory, or the file that linked work trees
// and submodules have instead.
func isRepository(path string) bool {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return false
	case info.IsDir():
		_, err = os.Stat(filepath.Join(path, "HEAD"))
		return err == nil
	case !info.Mode().IsRegular() || info.Size() > 4096:
		return false
	}
	data, err := smallfile.Read(path)
	return err == nil && bytes.HasPrefix(data, []byte("gitdir:"))
}
