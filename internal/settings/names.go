package settings

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/secret"
)

// Limits of names, in characters. Those of project and tag are the official client's, those
// of job type and group are the server's (docs/protocol/limits.md). The others only exclude text that cannot be a name.
const (
	maxEntity  = 128
	maxProject = 128
	maxRunID   = 512
	maxJobType = 64
	maxTag     = 64
	maxGroup   = 128
	maxName    = 1024
	maxNotes   = 1 << 20
)

// Named is a text that the server will store, with the rule for it.
type Named struct {
	Field, Text string
	Check       func(string) error
}

// CheckNames applies the rules for names, so that a bad one is found before any
// request. None of them may contain the API key: others would see it on the web pages.
func CheckNames(key secret.Key, names ...Named) error {
	for _, n := range names {
		if n.Text == "" {
			continue
		}
		if err := CheckHoldsNoKey(key, n.Field, n.Text); err != nil {
			return err
		}
		if err := n.Check(n.Text); err != nil {
			return err
		}
	}
	return nil
}

// CheckEntity returns an [errors.InputError] if a name cannot be that of a user or team.
// The empty name is valid: the server then chooses the account's default.
func CheckEntity(name string) error {
	const field = "entity"
	switch {
	case name == "":
		return nil
	case secret.HoldsKey(name) || secret.IsClassicKey(name):
		return notAKey(field)
	case strings.HasPrefix(name, "-"):
		return broken(field, name, "must not begin with '-', which looks like a command-line flag")
	case strings.Contains(name, "://"):
		return broken(field, name, "must be the name of a user or team, not a URL")
	case strings.Contains(name, "/"):
		return broken(field, name, "must not contain '/'; set entity and project separately")
	case strings.Contains(name, "="):
		return broken(field, name, "must not contain '=', which looks like a command-line flag")
	}
	return checkText(field, name, maxEntity)
}

// CheckProject returns an [errors.InputError] if a name cannot be that of a project. The
// empty name is valid: it means the default.
func CheckProject(name string) error {
	const field = "project"
	if name == "" {
		return nil
	}
	if secret.HoldsKey(name) || secret.IsClassicKey(name) {
		return notAKey(field)
	}
	if strings.Contains(name, "://") {
		return broken(field, name, "must be the name of a project, not a URL; use only its last part")
	}
	if i := strings.IndexAny(name, projectForbidden); i >= 0 {
		return broken(field, name, fmt.Sprintf("must not contain '%c'", name[i]))
	}
	return checkText(field, name, maxProject)
}

// projectForbidden are the characters that a project name cannot have.
const projectForbidden = `/\#?%:`

// CheckRunID returns an [errors.InputError] if an id cannot be that of a run. The empty id
// is valid: one is then generated.
func CheckRunID(id string) error {
	const field = "run id"
	if id == "" {
		return nil
	}
	if i := strings.IndexAny(id, `:;,#?/'`); i >= 0 {
		return broken(field, id, fmt.Sprintf("must not contain \"%c\"", id[i]))
	}
	return checkText(field, id, maxRunID)
}

// CheckTag returns an [errors.InputError] if a text cannot be a tag, which is not empty.
func CheckTag(tag string) error {
	const field = "tag"
	if tag == "" {
		return &errors.InputError{Field: field, Value: `""`, Rule: "must not be empty"}
	}
	return checkRunes(field, tag, maxTag)
}

// CheckJobType returns an [errors.InputError] if a text cannot be a job type.
func CheckJobType(name string) error { return checkRunes("job type", name, maxJobType) }

// CheckName returns an [errors.InputError] if a text cannot be a run's display name.
func CheckName(name string) error { return checkRunes("name", name, maxName) }

// CheckGroup returns an [errors.InputError] if a text cannot be a run's group.
func CheckGroup(name string) error { return checkRunes("group", name, maxGroup) }

// CheckNotes returns an [errors.InputError] if a text cannot be a run's notes, which are at
// most 1 MiB of UTF-8.
func CheckNotes(notes string) error {
	const field = "notes"
	switch {
	case len(notes) > maxNotes:
		return broken(field, notes, fmt.Sprintf("must not be longer than %d bytes", maxNotes))
	case !utf8.ValidString(notes):
		return broken(field, notes, "must be valid UTF-8")
	case strings.ContainsRune(notes, 0):
		return broken(field, notes, "must not contain a NUL character")
	}
	return nil
}

// checkText is checkRunes for names that become part of a URL.
func checkText(field, text string, limit int) error {
	switch {
	case strings.TrimSpace(text) == "":
		return broken(field, text, "must not be blank")
	case strings.TrimSpace(text) != text:
		return broken(field, text, "must not begin or end with white space")
	case text == "." || text == "..":
		return broken(field, text, "must not be a relative path")
	}
	return checkRunes(field, text, limit)
}

func checkRunes(field, text string, limit int) error {
	if secret.HoldsKey(text) {
		return notAKey(field)
	}
	if !utf8.ValidString(text) {
		return broken(field, text, "must be valid UTF-8")
	}
	if utf8.RuneCountInString(text) > limit {
		return broken(field, text, fmt.Sprintf("must not be longer than %d characters", limit))
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		return broken(field, text, "must not contain control characters, such as a line break")
	}
	return nil
}

// maxShown bounds the part of a bad value that an error repeats, in bytes before quoting.
const maxShown = 60

func notAKey(field string) error {
	return &errors.InputError{Field: field, Rule: "looks like an API key, which must stay secret"}
}

// CheckHoldsNoKey returns an [errors.InputError] if a text contains the API key in use. A
// key that is too short to be real, such as a placeholder, is allowed.
func CheckHoldsNoKey(key secret.Key, field, text string) error {
	if len(key.Reveal()) >= minSecret && key.In(text) {
		return &errors.InputError{Field: field, Rule: "must not contain the API key, which must stay secret"}
	}
	return nil
}

// broken returns the error for a rule, without secrets: a URL may contain a password, and
// a key may be in the place of a name.
func broken(field, value, rule string) error {
	return &errors.InputError{Field: field, Value: presentable(value), Rule: rule}
}

// shown returns a value in quotes, for a warning, or "" if it may contain a secret.
func shown(value string) string {
	text := presentable(value)
	if text == "" && value != "" {
		return ""
	}
	return strconv.Quote(text)
}

// presentable returns a value without keys and cut to a readable length, or "" if it may
// contain a password. Errors quote it themselves.
func presentable(value string) string {
	if strings.Contains(value, "@") {
		return ""
	}
	if len(value) > maxShown+maxKey { // a key that is cut in two would not look like one
		value = value[:maxShown+maxKey]
	}
	value = secret.Redact(value)
	if len(value) <= maxShown {
		return value
	}
	cut := maxShown
	for cut > 0 && !utf8.RuneStart(value[cut]) {
		cut--
	}
	return value[:cut] + "…"
}
