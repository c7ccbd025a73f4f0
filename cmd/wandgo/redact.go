package main

import (
	"regexp"
	"strings"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/transport"
)

var (
	emailForm = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)
	// credentialForm is what stands in an Authorization header.
	credentialForm = regexp.MustCompile(`(?i)\b(basic|bearer)\s+[A-Za-z0-9+/=._~-]{8,}`)
	// keyForm is what can only be a key, or a hash that nobody misses: keys
	// this program does not know may stand in what a server or a proxy says.
	keyForm = regexp.MustCompile(`\b[0-9a-fA-F]{40,}\b|\bwandb_v1_\w+|\blocal-\w{20,}`)
	jwtForm = regexp.MustCompile(`\beyJ[\w-]{10,}\.[\w-]+\.[\w-]+`)
)

// redactor takes out of a text what nobody should paste into a bug report:
// keys, credentials, email addresses, the home directory. Names of users, teams
// and projects stay, for the report is about them.
type redactor struct {
	keys []secret.Key
	home string
}

func (r redactor) text(text string) string {
	text = emailForm.ReplaceAllString(r.secrets(text), "[email]")
	if len(r.home) > 1 { // "/" is no secret
		text = strings.ReplaceAll(text, r.home, "~")
	}
	return text
}

// secrets takes out keys and credentials only, for what the user's own screen
// shows.
func (r redactor) secrets(text string) string {
	for _, k := range r.keys {
		text = k.Scrub(text)
	}
	text = transport.RedactURL(text)
	text = credentialForm.ReplaceAllString(text, "$1 "+secret.Redacted)
	text = keyForm.ReplaceAllString(text, secret.Redacted)
	return jwtForm.ReplaceAllString(text, secret.Redacted)
}
