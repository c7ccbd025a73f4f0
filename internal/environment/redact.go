package environment

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/wandgo/wandgo/internal/secret"
)

// RedactArgs returns a copy of args in which what looks like a secret is
// hidden: the value of a flag named like one, as in --api-key X, token=X or
// -dbPassword=X, the password in a URL, and what has the form of a well-known
// kind of key. It is meant to err on the side of hiding.
func RedactArgs(args []string) []string {
	clean := make([]string, 0, len(args))
	previous := "" // the flag whose value comes next
	for _, arg := range args {
		isFlag := strings.HasPrefix(arg, "-")
		name, value, assigned := strings.Cut(arg, "=")
		switch {
		case previous != "" && !isFlag && isSecretName(previous) && !isHarmless(arg):
			arg = secret.Redacted
		case assigned && isSecretName(name) && !isHarmless(value):
			arg = name + "=" + secret.Redacted
		case isFlag && !assigned && secret.IsKey(strings.TrimLeft(arg, "-")):
			arg = secret.Redacted
		case !isFlag && !assigned && secret.IsKey(arg) && !isHashName(previous),
			assigned && secret.IsKey(value) && !isHashName(name):
			arg = strings.TrimSuffix(arg, or(value, arg)) + secret.Redacted
		default:
			arg = redactInside(arg)
		}
		clean = append(clean, arg)
		previous = ""
		if isFlag && !assigned {
			previous = arg
		}
	}
	return clean
}

// secretWords say, as the last word of a name, that its value is a secret;
// secretKeys say so in front of "key". A tokenizer and max-tokens are none.
var (
	secretWords = []string{
		"token", "password", "passwd", "passphrase", "pwd", "pw", "secret", "secrets", "credential", "credentials",
		"apikey", "accesskey", "secretkey", "privatekey", "authtoken", "accesstoken", "auth", "authorization", "bearer",
	}
	secretKeys = []string{
		"api", "access", "secret", "private", "account", "auth", "encryption", "signing", "ssh", "wandb", "openai", "license",
	}
)

// isSecretName reports whether a flag or variable is named like a secret.
func isSecretName(name string) bool {
	words := wordsOf(name)
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	if slices.Contains(secretWords, last) || slices.Contains(words, "password") || slices.Contains(words, "secret") {
		return true
	}
	return last == "key" && (len(words) == 1 || slices.Contains(secretKeys, words[len(words)-2]))
}

// isHashName reports whether a name announces a hash, which looks like a key.
func isHashName(name string) bool {
	return slices.ContainsFunc(wordsOf(name), func(word string) bool {
		switch word {
		case "commit", "sha", "sha1", "sha256", "sha512", "md5", "hash", "revision", "rev", "ref", "digest", "checksum", "git":
			return true
		}
		return false
	})
}

// wordsOf splits --apiKey, API_KEY and api.key into api and key.
func wordsOf(name string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	var before rune
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
		case unicode.IsUpper(r) && unicode.IsLower(before):
			end()
			word = append(word, r)
		default:
			word = append(word, r)
		}
		before = r
	}
	end()
	return words
}

// isHarmless reports whether a value is too plain to be a secret, such as the
// size of a token.
func isHarmless(value string) bool {
	switch strings.ToLower(value) {
	case "", "true", "false", "none", "null":
		return true
	}
	return len(value) <= 5 && strings.Trim(value, "0123456789.") == ""
}

var namedInside = regexp.MustCompile(`(?i)([\w.-]*(?:api[_-]?key|token|password|passwd|secret)["']?\s*[:=]\s*["']?)([^\s"',;&}]+)`)

// redactInside hides secrets inside of a longer argument: JSON, a header, a URL,
// or a list of settings.
func redactInside(arg string) string {
	arg = secret.RedactHeaders(secret.RedactURL(arg))
	return namedInside.ReplaceAllStringFunc(arg, func(match string) string {
		parts := namedInside.FindStringSubmatch(match)
		if isHarmless(parts[2]) || strings.HasPrefix(parts[2], secret.Redacted) {
			return match
		}
		return parts[1] + secret.Redacted
	})
}
