package runfiles

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// hasWildcard reports whether a pattern, or an element of one, is not just a name.
func hasWildcard(pattern string) bool { return strings.ContainsAny(pattern, `*?[\`) }

// expand returns the files that match a pattern, sorted. A pattern that is the name of a
// file matches only that file. withheld is called for each file that only a wildcard
// matches and that probably contains a secret.
func expand(fsys fs.FS, pattern string, withheld func(name string)) ([]string, error) {
	if fs.ValidPath(pattern) {
		if _, err := fs.Stat(fsys, pattern); err == nil {
			return []string{pattern}, nil
		}
	}
	w := &walk{
		fsys: fsys, elements: strings.Split(pattern, "/"), withheld: withheld,
		found: make(map[string]bool), secret: make(map[string]bool), visited: make(map[visit]bool),
	}
	for i, element := range w.elements {
		w.elements[i] = goClasses(element)
		if _, err := path.Match(w.elements[i], ""); err != nil {
			return nil, err
		}
	}
	w.enter(".", 0)
	return slices.Sorted(maps.Keys(w.found)), nil
}

// goClasses returns a pattern with the negated classes of path.Match: [^a] for [!a].
func goClasses(element string) string {
	b := []byte(element)
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '[':
			if i+1 < len(b) && b[i+1] == '!' {
				b[i+1] = '^'
			}
			for i += 2; i < len(b) && b[i] != ']'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		}
	}
	return string(b)
}

// walk finds the files that match a pattern.
type walk struct {
	fsys     fs.FS
	elements []string
	found    map[string]bool
	secret   map[string]bool // withheld
	visited  map[visit]bool
	withheld func(name string)
}

// visit is a directory in which the elements from index on are matched. Each visit is made
// once, so that a pattern with many ** stays cheap.
type visit struct {
	dir   string
	index int
}

// enter matches the elements from index on in a directory. As in fs.Glob, a directory that
// cannot be read is skipped.
func (w *walk) enter(dir string, index int) {
	v := visit{dir, index}
	if w.visited[v] {
		return
	}
	w.visited[v] = true
	element, last := w.elements[index], index == len(w.elements)-1
	switch {
	case element == "**" && !last:
		w.enter(dir, index+1)
	case !hasWildcard(element):
		name := path.Join(dir, element)
		info, err := fs.Stat(w.fsys, name)
		switch {
		case err != nil:
		case last:
			w.find(name)
		case info.IsDir():
			w.enter(name, index+1)
		}
		return
	}
	entries, _ := fs.ReadDir(w.fsys, dir) // those it could read
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		switch {
		case !matchName(element, entry.Name()):
		case element == "**":
			if entry.IsDir() { // but not a link to one, which may form a cycle
				w.enter(name, index)
			} else if last {
				w.find(name)
			}
		case last:
			w.find(name)
		case entry.IsDir() || w.linksToDir(name, entry):
			w.enter(name, index+1)
		}
	}
}

// matchName reports whether an element matches a name. A name that starts with a dot needs
// an element that does, so that * does not match .env and .git.
func matchName(element, name string) bool {
	if strings.HasPrefix(name, ".") && !strings.HasPrefix(element, ".") {
		return false
	}
	if element == "**" {
		return true
	}
	ok, _ := path.Match(element, name) // the pattern was checked
	return ok
}

func (w *walk) linksToDir(name string, entry fs.DirEntry) bool {
	if entry.Type()&fs.ModeSymlink == 0 {
		return false
	}
	info, err := fs.Stat(w.fsys, name)
	return err == nil && info.IsDir()
}

func (w *walk) find(name string) {
	if hasWildcard(w.elements[len(w.elements)-1]) && looksSecret(path.Base(name)) {
		if !w.secret[name] {
			w.secret[name] = true
			w.withheld(name)
		}
		return
	}
	w.found[name] = true
}

// secretNames are patterns, in lower case, of files that by convention contain keys or
// passwords.
var secretNames = []string{
	".env", ".env.*", ".envrc", ".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass", ".htpasswd", ".git-credentials", ".dockercfg",
	"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk",
	"*.pem", "*.key", "*.p12", "*.pfx", "*.ppk", "*.jks", "*.keystore", "*.kdbx",
	"credentials", "credentials.json", "credentials.db", "application_default_credentials.json",
	"service-account*.json", "service_account*.json", "kubeconfig", "secrets.json", "secrets.y*ml", "secrets.toml",
}

// looksSecret reports whether a file's name matches one of secretNames.
func looksSecret(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(secretNames, func(pattern string) bool {
		ok, _ := path.Match(pattern, name)
		return ok
	})
}
