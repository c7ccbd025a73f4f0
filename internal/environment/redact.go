package environment

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/wandgo/wandgo/internal/secret"
)

// RedactArgs returns a copy of args without what looks like a secret. It errs on the
// side of hiding. Hidden are:
//
//   - the value of a flag or an assignment that is named like a secret: --api-key X,
//     token=X, -dbPassword=X;
//   - the password behind the user's name: --user jo:X;
//   - the user and password of a URL, and its query's secrets: ?sig=X;
//   - the value of a header: "Authorization: token X";
//   - a private key in PEM form;
//   - what has the form of a known kind of key, also within a longer text, unless it
//     is a commit: part of a path, or named as one.
func RedactArgs(args []string) []string {
	clean := make([]string, 0, len(args))
	flag := "" // whose value comes next
	for _, arg := range args {
		clean = append(clean, redactArg(arg, flag))
		flag = ""
		if strings.HasPrefix(arg, "-") && !strings.Contains(arg, "=") {
			flag = arg
		}
	}
	return clean
}

// redactArg hides the secrets of one argument; flag is the one before it, if that
// takes a value.
func redactArg(arg, flag string) string {
	if flag != "" && !flagForm.MatchString(arg) {
		return redactValue(flag, arg)
	}
	if name, value, assigned := strings.Cut(arg, "="); assigned && nameForm.MatchString(name) {
		return name + "=" + redactValue(name, value)
	}
	if secret.IsKey(strings.TrimLeft(arg, "-")) {
		return secret.Redacted
	}
	return redactInside(arg)
}

// redactValue hides the secrets of a value that has a name.
func redactValue(name, value string) string {
	switch {
	case isHarmless(value):
		return value
	case isSecretName(name):
		return secret.Redacted
	case isUserName(name):
		if user, password, ok := strings.Cut(value, ":"); ok && password != "" && !strings.HasPrefix(password, "//") {
			return user + ":" + secret.Redacted
		}
	}
	if secret.IsKey(value) {
		if isHashName(name) {
			return value
		}
		return secret.Redacted
	}
	return redactInside(value)
}

var (
	// flagForm matches a flag, as opposed to a value that begins with a dash.
	flagForm = regexp.MustCompile(`^--?[A-Za-z][\w.-]*(?:=|$)`)
	// nameForm matches what may stand before the = of an assignment.
	nameForm = regexp.MustCompile(`^-{0,2}[A-Za-z_][\w.:/-]*$`)
)

// secretWords say, as the last word of a name, that its value is a secret, and anyPlace wherever
// they stand. A name that ends in "key" is one too, unless a word of plainKeys stands before it.
// A tokenizer and max-tokens are not secrets. userNames are the last words of flags that take a
// user's name, and hashNames announce a hash.
var (
	secretWords = []string{
		"token", "passwd", "passphrase", "pass", "passcode", "pwd", "pw", "secrets", "credential", "credentials", "creds", "cred",
		"apikey", "accesskey", "secretkey", "privatekey", "authtoken", "accesstoken", "auth", "authorization", "bearer",
		"signature", "sig", "sas", "jwt", "pat", "cookie", "otp", "dsn", "webhook", "mnemonic", "netrc",
	}
	anyPlace  = []string{"password", "secret"}
	userNames = []string{"u", "user", "userpwd", "login", "username"}
	hashNames = []string{"commit", "sha", "sha1", "sha256", "sha512", "md5", "hash", "revision", "rev", "ref", "digest", "checksum", "git"}
	plainKeys = []string{
		"sort", "primary", "foreign", "partition", "group", "index", "metric", "column", "row", "cache", "lookup", "hot", "public", "dict", "map",
		"json", "object", "name", "label", "image", "text", "feature", "data", "batch", "input", "output", "target", "config", "state", "model",
		"loss", "monitor", "caption", "question", "answer", "prompt", "query", "head", "num", "n", "dim", "order", "join", "s3", "storage", "shard",
	}
)

// isSecretName reports whether a flag or variable is named like a secret.
func isSecretName(name string) bool {
	words := wordsOf(name)
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	if slices.Contains(secretWords, last) || anyOf(words, anyPlace) {
		return true
	}
	return last == "key" && (len(words) == 1 || !slices.Contains(plainKeys, words[len(words)-2]))
}

// isUserName reports whether a flag takes a user's name, behind which tools such as
// curl accept the password.
func isUserName(name string) bool {
	words := wordsOf(name)
	return len(words) > 0 && slices.Contains(userNames, words[len(words)-1])
}

// isHashName reports whether a name announces a hash, which looks like a key.
func isHashName(name string) bool { return anyOf(wordsOf(name), hashNames) }

// anyOf reports whether one of words is in list.
func anyOf(words, list []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
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
	return slices.Contains([]string{"", "true", "false", "none", "null"}, strings.ToLower(value)) ||
		len(value) <= 5 && strings.Trim(value, "0123456789.") == ""
}

var (
	pem = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*-----(?s:.*)`) //nolint:gocritic // as it stands in a file
	// header matches a header that carries a credential; all of its value is one.
	header = regexp.MustCompile(`(?i)(\b[\w-]*(?:authorization|api-?key|token|cookie|secret|password)[\w-]*["']?\s*:\s*["']?)([^"'\r\n,;}]+)`)
	// assignment matches a name and its value, in JSON, a list, a query or a shell's line.
	// The beginning of a URL looks like one.
	assignment = regexp.MustCompile(`[A-Za-z][\w+.-]*://|([\w.-]+)(["']?\s*[:=]\s*["']?)([^\s"',;&}]+)`)
	// keyForm matches a classic key, with the characters around it.
	keyForm = regexp.MustCompile(`(^|.)([0-9a-f]{40,64})(.|$)`)
)

// redactInside hides secrets inside of a longer argument: JSON, a header, a URL,
// or a list of settings.
func redactInside(arg string) string {
	arg = pem.ReplaceAllString(arg, secret.Redacted)
	arg = secret.RedactHeaders(secret.RedactURL(arg))
	arg = header.ReplaceAllStringFunc(arg, func(match string) string {
		parts := header.FindStringSubmatch(match)
		if isHarmless(parts[2]) || strings.Contains(parts[2], secret.Redacted) {
			return match
		}
		return parts[1] + secret.Redacted
	})
	arg = assignment.ReplaceAllStringFunc(arg, func(match string) string {
		parts := assignment.FindStringSubmatch(match)
		name, value := parts[1], parts[3]
		switch {
		case isHarmless(value) || isScheme(value) || strings.HasPrefix(value, secret.Redacted): // also the beginning of a URL, which has no name
		case isSecretName(name) || secret.IsKey(value) && !isHashName(name):
			return parts[1] + parts[2] + secret.Redacted
		}
		return match
	})
	arg = secret.RedactPrefixed(arg)
	return keyForm.ReplaceAllStringFunc(arg, func(match string) string {
		parts := keyForm.FindStringSubmatch(match)
		// A commit: part of a path, or what a reference is pinned to.
		if strings.ContainsAny(parts[1], "/@:#=-_.") || strings.ContainsAny(parts[3], "/.-_") {
			return match
		}
		return parts[1] + secret.Redacted + parts[3]
	})
}

// isScheme reports whether a word only says what kind of credential follows.
func isScheme(word string) bool {
	return slices.Contains([]string{"basic", "bearer", "token", "apikey"}, strings.ToLower(word))
}
