package errors

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/secret"
)

// All foreign text passes through this file before a person or a log sees it. It
// comes out on one line, printable, cut to a readable length and without anything
// in the form of a credential.

const (
	nameLimit    = 128 // runes of one name, which is what a project may have
	inputLimit   = 64  // runes of an argument that broke a rule
	messageLimit = 200 // runes of a server's message, or of another error's text
	resultLimit  = 300 // runes of a probe's result, or of a note
	machineLimit = 2000
	lineWidth    = 80 // columns of the text for a person
	// readLimit bounds how many bytes of a text are looked at: a body may be
	// of any size.
	readLimit = 8 << 10
)

// inline returns text on one line: trimmed, credentials redacted, unprintable
// runes escaped, cut to limit runes.
func inline(text string, limit int) string {
	return plaintext.Escape(secret.Redact(bounded(text)), limit)
}

// quoted returns text as inline does, in double quotes. Inner quotes and
// backslashes are escaped too. Outer white space is kept because it may be the
// flaw.
func quoted(text string) string { return quotedTo(text, nameLimit) }

func quotedTo(text string, limit int) string {
	if len(text) > readLimit {
		text = bounded(text)
	}
	return plaintext.Quote(secret.Redact(text), limit)
}

// quotedID quotes an id without redaction, because ids can look like keys.
func quotedID(id string) string { return plaintext.Quote(bounded(id), nameLimit) }

// bare returns a name unquoted if that is unambiguous, otherwise quoted.
func bare(name string) string {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= utf8.RuneSelf || strings.IndexByte(`"'\/(),;:`, c) >= 0 || c == 0x7f {
			return quoted(name)
		}
	}
	return inline(name, nameLimit)
}

// bounded trims text and cuts it at readLimit, together with the word that the
// limit splits, because half a credential does not look like one.
func bounded(text string) string {
	if len(text) > readLimit {
		text = text[:readLimit]
		if i := strings.LastIndexAny(text, " \t\r\n\"',;<>"); i >= 0 {
			text = text[:i]
		} else {
			text = text[:messageLimit]
		}
		text += "…"
	}
	return strings.TrimSpace(text)
}

// list joins words for a sentence: `a, b or c`.
func list(words []string, conjunction string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " " + conjunction + " " + words[n-1]
	}
}

// quotedNames quotes at most limit names and says how many there are besides.
func quotedNames(names []string, limit int) []string {
	words := make([]string, 0, min(len(names), limit+1))
	for _, name := range names[:min(len(names), limit)] {
		words = append(words, quoted(name))
	}
	if rest := len(names) - limit; rest > 0 {
		words = append(words, strconv.Itoa(rest)+" more")
	}
	return words
}

// sentence starts a clause with a capital and ends it with a full stop.
func sentence(clause string) string {
	r, size := utf8.DecodeRuneInString(clause)
	if r >= 'a' && r <= 'z' {
		clause = strings.ToUpper(string(r)) + clause[size:]
	}
	if last, _ := utf8.DecodeLastRuneInString(clause); !strings.ContainsRune(".?…", last) {
		clause += "."
	}
	return clause
}

// writeWrapped writes text in lines of at most lineWidth columns.
func writeWrapped(b *strings.Builder, first, rest, text string) {
	plaintext.Wrap(b, lineWidth, first, rest, text)
}

// shellWord returns a name as one word of a shell.
func shellWord(name string) string { return plaintext.ShellWord(name) }
