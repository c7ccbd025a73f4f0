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

// Limits of names, in characters. Those of project and tag are the official
// client's, that of the job type is the server's; the others only keep out what
// cannot be a name.
const (
	maxEntity  = 128
	maxProject = 128
	maxRunID   = 128
	maxJobType = 64
	maxTag     = 64
	maxName    = 1024
	maxNotes   = 1 << 20
)

// CheckEntity reports whether the name can be that of a user or team. The empty
// name is fine: the server then picks the account's default.
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
		return broken(field, name, "must not contain '/'; give entity and project separately")
	case strings.Contains(name, "="):
		return broken(field, name, "must not contain '=', which looks like a command-line flag")
	}
	return checkText(field, name, maxEntity)
}

// CheckProject reports whether the name can be that of a project. The empty name
// is fine: settings then supply a default.
func CheckProject(name string) error {
	const field = "project"
	if name == "" {
		return nil
	}
	if secret.HoldsKey(name) || secret.IsClassicKey(name) {
		return notAKey(field)
	}
	if strings.Contains(name, "://") {
		return broken(field, name, "must be the name of a project, not a URL; give its last part only")
	}
	if i := strings.IndexAny(name, projectForbidden); i >= 0 {
		return broken(field, name, fmt.Sprintf("must not contain '%c'", name[i]))
	}
	return checkText(field, name, maxProject)
}

// projectForbidden are the characters no project name has.
const projectForbidden = `/\#?%:`

// CheckRunID reports whether the id can be that of a run. The empty id is fine:
// one is then made up.
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

// CheckTag reports whether the text can be a tag. A tag is never empty.
func CheckTag(tag string) error {
	const field = "tag"
	if tag == "" {
		return &errors.InputError{Field: field, Value: `""`, Rule: "must not be empty"}
	}
	return checkRunes(field, tag, maxTag)
}

// CheckJobType reports whether the text can be a job type; it may be empty.
func CheckJobType(name string) error { return checkRunes("job type", name, maxJobType) }

// CheckName reports whether the text can be a run's display name; it may be empty.
func CheckName(name string) error { return checkRunes("name", name, maxName) }

// CheckGroup reports whether the text can be a run's group; it may be empty.
func CheckGroup(name string) error { return checkRunes("group", name, maxName) }

// CheckNotes reports whether the text can be a run's notes: up to 1 MiB of
// UTF-8, line breaks and tabs included.
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

// checkText adds to checkRunes what holds for names that become part of a URL.
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

// maxShown bounds what an error repeats of a bad value, in bytes before quoting.
const maxShown = 60

func notAKey(field string) error {
	return &errors.InputError{Field: field, Rule: "looks like an API key, which nobody but the server should see"}
}

// CheckHoldsNoKey refuses a value that is, or holds, the API key in use. What is
// too short to be a key, such as a placeholder in its stead, may be anywhere.
func CheckHoldsNoKey(key secret.Key, field, text string) error {
	if len(key.Reveal()) >= minSecret && key.In(text) {
		return &errors.InputError{Field: field, Rule: "must not hold the API key, which nobody but the server should see"}
	}
	return nil
}

// broken builds the error for a rule, and keeps secrets out of it: a URL may
// hold a password, and a key may have been given in place of a name.
func broken(field, value, rule string) error {
	return &errors.InputError{Field: field, Value: presentable(value), Rule: rule}
}

// shown is a value as warnings repeat it, in quotes, or "" where it may hold a
// secret.
func shown(value string) string {
	text := presentable(value)
	if text == "" && value != "" {
		return ""
	}
	return strconv.Quote(text)
}

// presentable is a value without keys and cut to a readable length, or "" where
// it may hold a password. Errors quote it themselves.
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
