package plaintext

import (
	"strconv"
	"strings"
)

// NoFormula puts ' before a text that a spreadsheet would run as a formula. Anyone who may
// log to a project chooses its texts. A text that is a number is returned as it is.
func NoFormula(text string) string {
	if text == "" || !strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return text
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return text
	}
	return "'" + text
}
