package term

import "strings"

// Style colors text, or returns it unchanged. The zero Style does not color. A Style
// is safe for concurrent use.
type Style struct{ on bool }

// NewStyle creates a Style that colors if on is true.
func NewStyle(on bool) Style { return Style{on: on} }

// On reports whether the Style colors.
func (s Style) On() bool { return s.on }

// Bold makes text bold.
func (s Style) Bold(text string) string { return s.wrap("1", text) }

// Dim makes text fainter than the rest.
func (s Style) Dim(text string) string { return s.wrap("2", text) }

// Red is for failures.
func (s Style) Red(text string) string { return s.wrap("31", text) }

// Green is for success.
func (s Style) Green(text string) string { return s.wrap("32", text) }

// Yellow is for warnings.
func (s Style) Yellow(text string) string { return s.wrap("33", text) }

// Cyan is for commands and links.
func (s Style) Cyan(text string) string { return s.wrap("36", text) }

// reset ends all styles.
const reset = "\x1b[0m"

// wrap styles each line separately, so that no color runs into a margin, and
// restores the style after a nested one.
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
