package secret

import (
	"regexp"
	"strings"
)

// The forms of credentials are known here and nowhere else. A classic key has no
// prefix to know it by, and a commit looks the same.
const (
	classicForm  = `[A-Za-z0-9]{40,}` // also pasted twice
	wandbForm    = `wandb_v\d+_[\w-]+`
	prefixedForm = wandbForm +
		`|local-[A-Za-z0-9]{32,}` + // a self-hosted server's key
		`|YXBpO[A-Za-z0-9+/=_-]+` + // base64 of "api:…"
		`|\beyJ[\w-]+\.[\w-]+\.[\w-]*` + // JSON web token
		`|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}` +
		`|\bglpat-[\w-]{15,}` + // GitLab
		`|\bhf_[A-Za-z0-9]{20,}` + // Hugging Face
		`|\bsk-[\w-]*[A-Za-z0-9]{20}[\w-]*` + // OpenAI, Anthropic
		`|\bxox[abprs]-[\w-]{10,}` + // Slack
		`|\bA[KS]IA[0-9A-Z]{12,}` + // AWS
		`|\bAIza[\w-]{30,}` // Google
)

var (
	prefixed      = regexp.MustCompile(prefixedForm)
	classic       = regexp.MustCompile(classicForm)
	wholePrefixed = regexp.MustCompile(`^(?:` + prefixedForm + `)$`)
	wholeClassic  = regexp.MustCompile(`^` + classicForm + `$`)
	// word matches a very long word that is not a key, perhaps with a number
	// behind it, such as the name of a test's directory.
	word = regexp.MustCompile(`^[A-Za-z]+\d{0,12}$`)

	misplaced = regexp.MustCompile(wandbForm + `|^[a-z]+-[0-9a-f]{40}$`)
	hex       = regexp.MustCompile(`^[0-9a-f]{40}$`)
	// header matches the value of an Authorization header, longHeader one that is long
	// enough not to be a short word.
	header     = regexp.MustCompile(`(?i)\b(basic|bearer)([ \t:]+)[^\s"']+`)
	longHeader = regexp.MustCompile(`(?i)\b(basic|bearer)([ \t:]+)([^\s"']{8,})`)
	// userinfo matches the user name and password in a URL.
	userinfo = regexp.MustCompile(`://[^/\s"'?#]+@`)
)

// Redact replaces whatever has the form of a credential by [Redacted]: API keys,
// tokens, the value of an Authorization header, and the user name and password
// of a URL. It is for text that people or logs will see.
func Redact(text string) string {
	if len(text) < 8 { // shorter than any credential
		return text
	}
	text = RedactURL(text)
	text = longHeader.ReplaceAllStringFunc(text, func(match string) string {
		m := longHeader.FindStringSubmatch(match)
		value := strings.TrimRight(m[3], ".,;:)")
		if !strings.ContainsAny(value, "0123456789=._~+") { // prose, such as "basic authentication"
			return match
		}
		return m[1] + m[2] + Redacted
	})
	text = prefixed.ReplaceAllString(text, Redacted)
	return classic.ReplaceAllStringFunc(text, func(match string) string {
		if word.MatchString(match) {
			return match
		}
		return Redacted
	})
}

// RedactHeaders replaces whatever follows "Basic" or "Bearer" in text by
// [Redacted], even if it could be prose.
func RedactHeaders(text string) string { return header.ReplaceAllString(text, "${1}${2}"+Redacted) }

// RedactPrefixed replaces each key or token that its prefix gives away by [Redacted].
func RedactPrefixed(text string) string { return prefixed.ReplaceAllString(text, Redacted) }

// Login stands for a user name and password in the URL of a command to complete.
const Login = "USER:PASSWORD"

// RedactURL replaces the user name and password of every URL in text by
// [Redacted].
func RedactURL(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	return userinfo.ReplaceAllStringFunc(text, func(login string) string {
		if login == "://"+Login+"@" {
			return login
		}
		return "://" + Redacted + "@"
	})
}

// IsKey reports whether the whole text has the form of an API key or a token.
func IsKey(text string) bool {
	return wholePrefixed.MatchString(text) || wholeClassic.MatchString(text) && !word.MatchString(text)
}

// HoldsKey reports whether text is almost certainly a W&B API key, or has one in
// it. A bare classic key does not count, because it looks like a commit; see
// [IsClassicKey].
func HoldsKey(text string) bool { return misplaced.MatchString(text) }

// IsClassicKey reports whether text is 40 hexadecimal digits: a classic API key
// or a commit.
func IsClassicKey(text string) bool { return hex.MatchString(text) }

// In reports whether text holds the key, as it is or as a Basic credential.
func (k Key) In(text string) bool { return k.Scrub(text) != text }
