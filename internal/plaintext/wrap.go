package plaintext

import (
	"strings"
	"unicode/utf8"
)

// HardSpace is a space at which [Wrap] does not break the line, as in a command.
// It becomes a plain space. Escaped text never holds it.
const HardSpace = "\x00"

// Wrap writes text in lines of at most width columns, each ending in a line
// break. The first line starts with first and the others with rest. Words are
// never broken, so that addresses and commands can be copied; a longer word is a
// line of its own.
func Wrap(b *strings.Builder, width int, first, rest, text string) {
	b.WriteString(first)
	column := utf8.RuneCountInString(first)
	start := true
	for word := range strings.FieldsSeq(text) {
		runes := utf8.RuneCountInString(word)
		switch {
		case start:
			start = false
		case column+1+runes > width:
			b.WriteString("\n" + rest)
			column = utf8.RuneCountInString(rest)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(strings.ReplaceAll(word, HardSpace, " "))
		column += runes
	}
	b.WriteByte('\n')
}
