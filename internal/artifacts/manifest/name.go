package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// Limits of the server, in characters.
const (
	maxName = 128
	maxPath = 4096 // bytes; no file system has longer ones
)

var (
	// ErrName means that the server refuses a name, type, alias or tag.
	ErrName = errors.New("invalid name")
	// ErrPath means that a text cannot be the path of an entry.
	ErrPath = errors.New("invalid path in an artifact")

	nameForm = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	tagForm  = regexp.MustCompile(`^[-\w]+( +[-\w]+)*$`)
)

// CheckName checks the name of a collection, without a version.
func CheckName(name string) error {
	if err := length("artifact name", name); err != nil {
		return err
	}
	if !nameForm.MatchString(name) {
		return fmt.Errorf("%w: artifact name %s: only letters, digits, '_', '-' and '.' are allowed", ErrName, quote(name))
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
		return fmt.Errorf("%w: artifact type %s with name %s is reserved for W&B", ErrName, quote(typ), quote(name))
	}
	return nil
}

// CheckAlias checks an alias.
func CheckAlias(alias string) error { return plain("alias", alias) }

// CheckTag checks a tag.
func CheckTag(tag string) error {
	if err := length("tag", tag); err != nil {
		return err
	}
	if !tagForm.MatchString(tag) {
		return fmt.Errorf("%w: tag %s: only words of letters, digits, '_' and '-', separated by spaces, are allowed", ErrName, quote(tag))
	}
	return nil
}

func length(what, s string) error {
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		return fmt.Errorf("%w: the %s is empty", ErrName, what)
	case n > maxName:
		return fmt.Errorf("%w: %s %s is longer than %d characters", ErrName, what, quote(s), maxName)
	}
	return nil
}

func plain(what, s string) error {
	if err := length(what, s); err != nil {
		return err
	}
	if strings.ContainsAny(s, "/:") || !plaintext.Safe(s) {
		return fmt.Errorf("%w: %s %s: '/', ':' and control characters are not allowed", ErrName, what, quote(s))
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

func quote(s string) string { return plaintext.Quote(s, 80) }
