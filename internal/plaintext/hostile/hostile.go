// Package hostile has texts that attack a terminal, for tests of whatever prints foreign
// text.
package hostile

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// forged is what a text writes on a line of its own, if it can.
const forged = "FORGED"

// Texts are names, values and messages that nothing may print as they are, by what is
// wrong with them.
func Texts() map[string]string {
	return map[string]string{
		"color":             "a\x1b[31mb",
		"title":             "a\x1b]0;owned\x07b",
		"clear screen":      "a\x1b[2J\x1b[Hb",
		"C0":                "a\x00\x01\x07\x08\x0e\x7fb",
		"C1":                "a\u0080\u0085\u009b31m\u009db",
		"C1 byte":           "a\x9b31mb",
		"bidi override":     "a\u202eb\u202c",
		"bidi isolate":      "a\u2066b\u2069\u200f\u061c",
		"invisible":         "a\u200b\u200d\ufeff\u00adb",
		"line separator":    "a\u2028" + forged + "\u2029b",
		"line break":        "a\n" + forged,
		"carriage return":   "a\r" + forged,
		"CRLF":              "a\r\n" + forged,
		"vertical tab":      "a\v\fb",
		"invalid UTF-8":     "a\xff\xfe\xc3\xed\xa0\x80b",
		"private and tag":   "a\ue000\U000e0041b",
		"very long":         "a" + strings.Repeat("x", 5000) + "\x1b[31m",
		"long of escapes":   strings.Repeat("\x1b[31m", 200),
		"everything at end": "a b \x1b[0m\u202e\u2028\n" + forged,
	}
}

// Raw returns what a printed text has that must not reach a terminal, quoted, or "".
// Line breaks are allowed, unless a text has written a line of its own.
func Raw(printed string) string {
	for i, r := range printed {
		_, size := utf8.DecodeRuneInString(printed[i:])
		if r == '\n' || strconv.IsPrint(r) && (r != utf8.RuneError || size > 1) {
			continue
		}
		return strconv.QuoteToASCII(printed[max(0, i-20):min(len(printed), i+20)])
	}
	for line := range strings.Lines(printed) {
		if strings.HasPrefix(line, forged) {
			return "a line of its own: " + strconv.QuoteToASCII(line)
		}
	}
	return ""
}
