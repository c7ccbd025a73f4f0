package main

import (
	"regexp"
	"strings"

	"github.com/wandgo/wandgo/internal/secret"
)

var email = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)

// redactor removes from a text what does not belong in a bug report: keys,
// credentials, email addresses, the home directory. Names of users, teams and
// projects stay, because the report is about them.
type redactor struct {
	keys secret.Keys
	home string
}

func (r redactor) text(text string) string {
	text = email.ReplaceAllString(r.secrets(text), "[email]")
	if len(r.home) > 1 { // "/" is not a secret
		text = strings.ReplaceAll(text, r.home, "~")
	}
	return text
}

// secrets removes keys and credentials only, for the user's own screen.
func (r redactor) secrets(text string) string { return secret.Redact(r.keys.Scrub(text)) }
