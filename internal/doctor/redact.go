package doctor

import (
	"regexp"
	"strings"

	"github.com/wandgo/wandgo/internal/secret"
)

var email = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)

// Redactor removes from a text what does not belong in a bug report: keys,
// credentials, email addresses, the home directory. Names of users, teams and
// projects stay, because the report is about them.
type Redactor struct {
	keys  secret.Keys
	scrub func(string) string // may be nil
	home  string
}

// Redactor returns a Redactor that knows the credentials of the checkup and more
// keys. home is the user's home directory, or "".
func (x *Checkup) Redactor(home string, more ...secret.Key) Redactor {
	r := Redactor{home: home, scrub: x.scrub, keys: append(more, x.identity)}
	for _, k := range x.Keys {
		r.keys = append(r.keys, k.Key)
	}
	return r
}

// Text removes everything from text that does not belong in a bug report.
func (r Redactor) Text(text string) string {
	text = email.ReplaceAllString(r.Secrets(text), "[email]")
	if len(r.home) > 1 { // "/" is not a secret
		text = strings.ReplaceAll(text, r.home, "~")
	}
	return text
}

// Secrets removes keys and credentials only, for the user's own screen.
func (r Redactor) Secrets(text string) string {
	if r.scrub != nil {
		text = r.scrub(text)
	}
	return secret.Redact(r.keys.Scrub(text))
}
