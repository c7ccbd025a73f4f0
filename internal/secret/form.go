package secret

import (
	"regexp"
	"strings"
)

// forms matches what has the form of an API key, or of a web token, inside a
// longer text: a key may have been pasted behind the name of a team. Package
// errors, which imports nothing, has a like fence for what it prints.
var forms = regexp.MustCompile(`wandb_v\d+_[\w-]+` + // present form
	`|local-\w{16,}` + // a self-hosted server's
	`|eyJ[\w-]+\.[\w-]+\.[\w-]*` + // web token
	`|[A-Za-z0-9]{40,}`) // classic form, also pasted twice

// Redact replaces what has the form of an API key by [Redacted]. It is for
// values that are kept, as in an error, and that anybody may print. A commit has
// the classic form as well, and is the worse for it.
func Redact(text string) string {
	return forms.ReplaceAllStringFunc(text, func(match string) string {
		switch {
		case strings.HasPrefix(match, "wandb_v"), strings.HasPrefix(match, "local-"), strings.HasPrefix(match, "eyJ"),
			strings.ContainsAny(match, "0123456789"):
			return Redacted
		}
		return match // a very long word
	})
}

// In reports whether a text holds the key, raw or as the Basic credential made
// of it.
func (k Key) In(text string) bool { return k.Scrub(text) != text }
