// Package plaintext makes foreign text safe to print: server messages, names and
// paths that may hold line breaks, terminal escape sequences, bidirectional
// overrides or invalid UTF-8. Results are valid UTF-8 on one line, in which every
// rune is printable.
//
//   - [Line] is for prose: white space is collapsed, the rest is escaped.
//   - [Escape] shows white space other than the plain space as well.
//   - [Quote] is Escape in double quotes, for names.
//
// [ShellWord], [ShellPath] and [NoFormula] make it safe for a shell and for a spreadsheet.
//
// It removes no credentials; see package secret.
package plaintext

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// NoLimit is the limit for text of any length.
const NoLimit = 0

// Line returns text on one line. Each run of white space becomes one space, outer
// white space is dropped, and unprintable runes are written as Go escapes. A
// result longer than limit runes is cut and ends in "…".
func Line(text string, limit int) string {
	return escape(collapse(text), limit, false)
}

// Escape returns text with unprintable runes, line breaks and tabs among them,
// written as Go escapes. A result longer than limit runes is cut and ends in "…".
func Escape(text string, limit int) string { return escape(text, limit, false) }

// Quote returns text as [Escape] does, in double quotes. Quotes and backslashes
// in text are escaped too. The outer quotes do not count towards limit.
func Quote(text string, limit int) string { return `"` + escape(text, limit, true) + `"` }

// Safe reports whether [Line] without a limit would return text unchanged.
func Safe(text string) bool {
	space := true // a leading space is dropped
	for i, r := range text {
		if r == ' ' && space || !printable(text, i, r) {
			return false
		}
		space = r == ' '
	}
	return !space || text == ""
}

func collapse(text string) string {
	if Safe(text) {
		return text
	}
	return strings.Join(strings.FieldsFunc(text, unicode.IsSpace), " ")
}

func printable(text string, i int, r rune) bool {
	return strconv.IsPrint(r) && !invalid(text, i, r)
}

// invalid reports whether r stands for a byte of text that is not UTF-8.
func invalid(text string, i int, r rune) bool {
	return r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD")
}

func escape(text string, limit int, quotes bool) string {
	if clean(text, limit, quotes) {
		return text
	}
	var b strings.Builder
	n := 0
	for i, r := range text {
		piece := string(r)
		switch {
		case invalid(text, i, r):
			const hex = "0123456789abcdef"
			piece = `\x` + string(hex[text[i]>>4]) + string(hex[text[i]&15])
		case quotes && (r == '"' || r == '\\'):
			piece = `\` + piece
		case !strconv.IsPrint(r):
			q := strconv.QuoteRune(r)
			piece = q[1 : len(q)-1]
		}
		if n += utf8.RuneCountInString(piece); limit > NoLimit && n > limit {
			return strings.TrimSuffix(b.String(), "…") + "…"
		}
		b.WriteString(piece)
	}
	return b.String()
}

// clean reports whether escape would return text unchanged. It is the usual case.
func clean(text string, limit int, quotes bool) bool {
	if limit > NoLimit && len(text) > limit {
		return false // in bytes: the loop counts runes
	}
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c >= 0x7f || quotes && (c == '"' || c == '\\') {
			return false
		}
	}
	return true
}
