package term

import (
	"io"
	"strings"
)

// Style colours text, or leaves it as it is. The zero Style does not colour. It
// is a value without state and safe for concurrent use.
type Style struct{ on bool }

// NewStyle makes a Style that colours if on.
func NewStyle(on bool) Style { return Style{on: on} }

// StyleFor makes the Style for a writer; see [Colours].
func StyleFor(w io.Writer, getenv func(string) string) Style {
	return Style{on: Colours(w, getenv)}
}

// On reports whether the Style colours.
func (s Style) On() bool { return s.on }

// Bold makes text bold.
func (s Style) Bold(text string) string { return s.wrap("1", text) }

// Dim makes text fainter than the rest.
func (s Style) Dim(text string) string { return s.wrap("2", text) }

// Red is for what failed.
func (s Style) Red(text string) string { return s.wrap("31", text) }

// Green is for what is well.
func (s Style) Green(text string) string { return s.wrap("32", text) }

// Yellow is for what is in doubt.
func (s Style) Yellow(text string) string { return s.wrap("33", text) }

// Cyan is for what to type or to open.
func (s Style) Cyan(text string) string { return s.wrap("36", text) }

// reset ends every style at once.
const reset = "\x1b[0m"

// wrap styles each line by itself, so that no colour runs into a margin, and
// renews the style after one that ends inside.
func (s Style) wrap(code, text string) string {
	if !s.on || text == "" {
		return text
	}
	begin := "\x1b[" + code + "m"
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = begin + strings.ReplaceAll(line, reset, reset+begin) + reset
		}
	}
	return strings.Join(lines, "\n")
}
