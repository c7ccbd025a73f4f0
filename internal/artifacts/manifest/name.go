package manifest

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/secret"
)

// Limits of the server, in characters.
const (
	maxName = 128
	maxPath = 4096 // bytes; no file system has longer ones
)

var (
	// ErrPath means that a text cannot be the path of an entry.
	ErrPath = errors.New("invalid path in an artifact")

	nameForm    = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	versionForm = regexp.MustCompile(`^v\d+$`)

	tagForm = regexp.MustCompile(`^[-\w]+( +[-\w]+)*$`)
)

// CheckName checks the name of a collection, without a version. Its error, as that of the
// other functions for names, is an [*errors.InputError].
func CheckName(name string) error {
	if err := length("artifact name", name); err != nil {
		return err
	}
	if !nameForm.MatchString(name) {
		return invalid("artifact name", name, "must consist of letters, digits, '_', '-' and '.'")
	}
	return nil
}

// CheckType checks the type of an artifact that is to be created. Some types belong to W&B.
func CheckType(typ, name string) error {
	if err := plain("artifact type", typ); err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(typ, "wandb-"), typ == "job",
		typ == "run_table" && strings.HasPrefix(name, "run-"),
		typ == "code" && strings.HasPrefix(name, "source-"):
		return invalid("artifact type", typ, "is reserved for W&B, with the name "+quote(name))
	}
	return nil
}

// CheckAlias checks an alias that a program sets. Those of the form "vN" are the server's:
// they number the versions, and it ignores others that look the same.
func CheckAlias(alias string) error {
	if err := plain("alias", alias); err != nil {
		return err
	}
	if IsVersion(alias) {
		return invalid("alias", alias, "must not have the form vN, with which the server numbers the versions")
	}
	return nil
}

// IsVersion reports whether an alias is one with which the server numbers the versions.
func IsVersion(alias string) bool { return versionForm.MatchString(alias) }

// CheckTag checks a tag.
func CheckTag(tag string) error {
	if err := length("artifact tag", tag); err != nil {
		return err
	}
	if !tagForm.MatchString(tag) {
		return invalid("artifact tag", tag, "must be words of letters, digits, '_' and '-', separated by spaces")
	}
	return nil
}

func length(what, s string) error {
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		return invalid(what, s, "must not be empty")
	case n > maxName:
		return invalid(what, s, fmt.Sprintf("must have at most %d characters", maxName))
	}
	return nil
}

func plain(what, s string) error {
	if err := length(what, s); err != nil {
		return err
	}
	if strings.ContainsAny(s, "/:") || !plaintext.Safe(s) {
		return invalid(what, s, "must not contain '/', ':' or control characters")
	}
	return nil
}

// CheckPath checks the path of an entry: relative, separated by slashes, in UTF-8, without
// empty, "." and ".." elements and without NUL. It may still be a path that cannot be a
// file on this machine. The error wraps [ErrPath].
func CheckPath(path string) error {
	switch {
	case len(path) > maxPath:
		return fmt.Errorf("%w: %s is longer than %d bytes", ErrPath, quote(path), maxPath)
	case path == ".", !fs.ValidPath(path), strings.Contains(path, "\x00"):
		return fmt.Errorf("%w: %s", ErrPath, quote(path))
	}
	return nil
}

func invalid(field, value, rule string) error {
	return &errors.InputError{Field: field, Value: secret.Redact(value), Rule: rule}
}

func quote(s string) string { return plaintext.Quote(s, 80) }
