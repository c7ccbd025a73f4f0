package download

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/secret"
)

// Path names a version of an artifact.
type Path struct {
	Entity, Project, Collection string
	// Version is "vN", an alias or a digest.
	Version string
}

// Latest is the alias of the newest version.
const Latest = "latest"

const maxName = 128

// ParsePath reads "[entity/][project/]name[:version]". Without a version it is the latest
// one. The error is an *errors.InputError.
func ParsePath(text string) (Path, error) {
	invalid := func(rule string) (Path, error) {
		return Path{}, &errors.InputError{Field: "artifact path", Value: secret.Redact(text), Rule: rule}
	}
	parts := strings.Split(text, "/")
	name, version, versioned := strings.Cut(parts[len(parts)-1], ":")
	p := Path{Collection: name, Version: version}
	switch {
	case !plaintext.Safe(text):
		return invalid("must not contain control characters")
	case len(parts) > 3:
		return invalid("must be [entity/][project/]name[:version or alias]")
	case versioned && version == "", strings.Contains(version, ":"):
		return invalid("must have one version or alias after ':'")
	}
	switch len(parts) {
	case 3:
		p.Entity, p.Project = parts[0], parts[1]
	case 2:
		p.Project = parts[0]
	}
	for i, part := range parts[:len(parts)-1] {
		if part == "" || i < len(parts)-1 && strings.Contains(part, ":") {
			return invalid("must be [entity/][project/]name[:version or alias]")
		}
	}
	for _, part := range []string{p.Collection, p.Version, p.Project, p.Entity} {
		if utf8.RuneCountInString(part) > maxName {
			return invalid("must not have a name of more than 128 characters")
		}
	}
	if p.Collection == "" {
		return invalid("must have a name")
	}
	p.Version = cmp.Or(p.Version, Latest)
	return p, nil
}

// Name is the last part of the path, as servers ask for it.
func (p Path) Name() string { return p.Collection + ":" + p.Version }

// String is the whole path.
func (p Path) String() string {
	s := p.Name()
	if p.Project != "" {
		s = p.Project + "/" + s
		if p.Entity != "" {
			s = p.Entity + "/" + s
		}
	}
	return s
}
