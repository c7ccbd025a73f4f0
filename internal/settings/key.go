package settings

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wandgo/wandgo/internal/secret"
)

// KeyFlaw is a flaw in the format of an API key. Its text has the kind, position and count
// of the characters, but none of them.
type KeyFlaw struct {
	// Code is a stable name, for programs that read a document: "whitespace".
	Code string
	// Text completes the sentence "the key …": "ends with a line break".
	Text string
	// Fatal is set if no server can accept the key, so that it need not be sent.
	Fatal bool
}

// Lengths of the formats of keys.
const (
	minSecret   = 40 // characters after the first dash, the least any server accepts
	legacyHex   = 40
	modernKey   = 86 // including its prefix
	modernStart = "wandb_v1_"
	maxKey      = 1024 // bytes; a longer text is a file or a log, not a key
)

var (
	// jwtForm matches what the official client treats as a JSON web token.
	jwtForm = regexp.MustCompile(`^[\w-]+\.[\w-]+\.[\w-]+$`)
	// assigned matches the name of a variable or header that was copied together with
	// a key.
	assigned = regexp.MustCompile(`(?i)^(?:export\s+)?(?:(?:wandb_)?api[_-]?key\s*[=:]\s*|authorization\s*:\s*|(?:bearer|basic)\s+)`)
	// placeholder matches the text that documentation has in place of a key.
	placeholder = regexp.MustCompile(`(?i)^(?:` +
		`(?:my|your|the|insert|paste|put|add|enter|replace)?[\s_.-]*(?:own)?[\s_.-]*(?:wandb|w&b)?[\s_.-]*(?:api)?[\s_.-]*(?:key|token)(?:[\s_.-]*(?:here|goes[\s_.-]*here))?` +
		`|<[^<>]*>|\[[^\[\]]*\]|\$\{?\w+\}?|\$\(.*\)|%\w+%|\{\{.*\}\}` +
		`|none|null|nil|undefined|changeme|change_me|secret|todo|redacted|\[redacted\]|x{1,39}|\*+|\.+|…)$`)
)

// CheckKey returns the flaws of a key's format, in the order in which they are best
// fixed. It returns nil if there are none or there is no key. Only the server knows
// whether the key is valid.
func CheckKey(k secret.Key) []KeyFlaw {
	if k.Empty() {
		return nil
	}
	if n := len(k.Reveal()); n > maxKey {
		return []KeyFlaw{{"long", fmt.Sprintf("is too long: %d bytes; the longest keys have %d characters", n, modernKey), true}}
	}
	var flaws []KeyFlaw
	fatal := func(code, format string, args ...any) {
		flaws = append(flaws, KeyFlaw{Code: code, Text: fmt.Sprintf(format, args...), Fatal: true})
	}

	text, flawed := strings.TrimSpace(k.Reveal()), surroundingSpace(k.Reveal())
	if flawed != "" {
		fatal("whitespace", "%s", flawed)
	}
	if inner, how := unquote(text); how != "" {
		fatal("quotes", "%s", how)
		text = strings.TrimSpace(inner)
	}
	if m := assigned.FindString(text); m != "" {
		fatal("assignment", "starts with the name of a variable or header; use the key alone")
		text, _ = unquote(text[len(m):])
		text = strings.TrimSpace(text)
	}
	switch {
	case text == "":
		fatal("short", "is empty")
		return flaws
	case placeholder.MatchString(text):
		fatal("placeholder", "is a placeholder, not a key")
		return flaws
	case jwtForm.MatchString(text):
		fatal("jwt", "is a JSON web token; store it in a file and set WANDB_IDENTITY_TOKEN_FILE to the file")
		return flaws
	}
	if unit, n := repetition(text); n > 1 {
		fatal("repeated", "is the same text %d times (%d characters in all)", n, utf8.RuneCountInString(text))
		text = unit
	}
	if what := illegalCharacters(text); what != "" {
		fatal("characters", "%s", what)
		return flaws // the length has no meaning then
	}
	return append(flaws, lengthFlaws(text)...)
}

// lengthFlaws returns the flaws in the length of a key that has no other flaw.
func lengthFlaws(text string) []KeyFlaw {
	part, where := text, ""
	if _, after, ok := strings.Cut(text, "-"); ok {
		part, where = after, " after the first dash"
	}
	switch {
	case len(part) < minSecret:
		return []KeyFlaw{{"short", fmt.Sprintf("is too short: %d characters%s, at least %d are needed",
			len(part), where, minSecret), true}}
	case strings.HasPrefix(text, modernStart) && len(text) != modernKey:
		return []KeyFlaw{{"length", fmt.Sprintf("has %d characters; keys of its kind have %d", len(text), modernKey), false}}
	case isHex(part) && len(part) != legacyHex:
		return []KeyFlaw{{"length", fmt.Sprintf("has %d hex characters%s; keys of its kind have %d",
			len(part), where, legacyHex), false}}
	}
	return nil
}

// KeyHint describes a key for logs and errors: its format, its length and, if the key is
// long enough, its last four characters.
func KeyHint(k secret.Key) string {
	text := k.Reveal()
	n := utf8.RuneCountInString(text)
	switch {
	case text == "":
		return "no key"
	case len(text) > maxKey:
		return fmt.Sprintf("malformed key, %d characters", n)
	case jwtForm.MatchString(text):
		return fmt.Sprintf("JSON web token, %d characters", n)
	}
	for _, f := range CheckKey(k) {
		if f.Fatal {
			return fmt.Sprintf("malformed key, %d characters", n)
		}
	}
	form := fmt.Sprintf("%d characters", n)
	prefix, part, dashed := strings.Cut(text, "-")
	switch {
	case strings.HasPrefix(text, modernStart):
		form = fmt.Sprintf("wandb_v1 key, %d characters", n)
	case !dashed && isHex(text):
		form = fmt.Sprintf("%d hex characters", n)
	case dashed && prefix == "local":
		form = fmt.Sprintf("local key, %d characters after the dash", len(part))
	}
	return form + ", ends …" + text[len(text)-4:]
}

// surroundingSpace describes the white space around text, or "".
func surroundingSpace(text string) string {
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	switch begins, ends := unicode.IsSpace(first), unicode.IsSpace(last); {
	case begins && ends:
		return "begins with " + runeKind(first) + " and ends with " + runeKind(last)
	case begins:
		return "begins with " + runeKind(first)
	case ends:
		return "ends with " + runeKind(last)
	}
	return ""
}

// quotes are the quotes found around keys: those of shells, env files and word processors.
const quotes = "\"'`“”‘’«»"

// unquote removes the quotes at both ends and says where they were.
func unquote(text string) (inner, how string) {
	inner = strings.TrimLeft(text, quotes)
	begins := inner != text
	inner, before := strings.TrimRight(inner, quotes), inner
	switch ends := inner != before; {
	case begins && (ends || inner == ""):
		return inner, "is wrapped in quotes"
	case begins:
		return inner, "begins with a quote"
	case ends:
		return inner, "ends with a quote"
	}
	return text, ""
}

// repetition returns the shortest unit that text repeats, and how many times. Copies may
// be separated by white space or commas. Without separators a unit is at least as long as
// a key, because a shorter pattern is not a key that was pasted twice.
func repetition(text string) (unit string, n int) {
	isSeparator := func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' }
	fields := strings.FieldsFunc(text, isSeparator)
	if len(fields) > 1 {
		for _, f := range fields[1:] {
			if f != fields[0] {
				return text, 1
			}
		}
		unit, n = repetition(fields[0])
		return unit, n * len(fields)
	}
	for n = len(text) / minSecret; n > 1; n-- {
		size := len(text) / n
		if len(text)%n == 0 && text == strings.Repeat(text[:size], n) {
			return text[:size], n
		}
	}
	return text, 1
}

// illegalCharacters names the first character that a key cannot have, or returns "".
func illegalCharacters(text string) string {
	count, first, kind, position := 0, 0, "", 0
	for _, r := range text {
		position++
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			continue
		}
		if count++; count == 1 {
			first, kind = position, runeKind(r)
		}
	}
	switch count {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("contains %s at position %d; keys have only letters, digits, '_' and '-'", kind, first)
	}
	return fmt.Sprintf("contains %d characters that a key cannot have, first %s at position %d", count, kind, first)
}

// runeKind returns the kind of a character, without the character.
func runeKind(r rune) string {
	switch {
	case r == '\n' || r == '\r':
		return "a line break"
	case r == '\t':
		return "a tab"
	case r == ' ':
		return "a space"
	case unicode.IsSpace(r):
		return "unusual white space"
	case r == '.':
		return "a dot"
	case r == ':':
		return "a colon"
	case r == '=':
		return "an equals sign"
	case r == '/':
		return "a slash"
	case strings.ContainsRune(quotes, r):
		return "a quote"
	case r == utf8.RuneError:
		return "a byte that is not text"
	case unicode.IsControl(r):
		return "a control character"
	case r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\ufeff' || r == '\u2060':
		return "an invisible character"
	case r > unicode.MaxASCII && unicode.IsLetter(r):
		return "a letter outside A-Z"
	case r > unicode.MaxASCII:
		return "a character outside ASCII"
	}
	return "a punctuation mark"
}

func isHex(text string) bool {
	return text != "" && strings.Trim(text, "0123456789abcdefABCDEF") == ""
}
