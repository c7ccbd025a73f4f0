package graphql

import (
	"strconv"
	"strings"
)

// entities are the names that titles of pages and errors in XML use. Package html has 2,231,
// which every program would link for them.
var entities = map[string]string{
	"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'", "nbsp": "\u00a0", "copy": "©", "reg": "®", "trade": "™",
	"laquo": "«", "raquo": "»", "middot": "·", "bull": "•", "ndash": "–", "mdash": "—", "hellip": "…",
	"lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "rarr": "→", "larr": "←",
	"auml": "ä", "ouml": "ö", "uuml": "ü", "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü", "szlig": "ß", "eacute": "é", "egrave": "è", "ccedil": "ç",
}

// unescape replaces the entities of HTML and XML that it knows.
func unescape(text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "&")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, _, ok := strings.Cut(after[:min(len(after), 12)], ";")
		char, known := entities[name]
		if number, is := strings.CutPrefix(name, "#"); ok && is {
			char, known = numbered(number)
		}
		if !ok || !known {
			b.WriteByte('&')
			text = after
			continue
		}
		b.WriteString(char)
		text = after[len(name)+1:]
	}
}

// numbered is the character of a number, such as 8211 or x2013.
func numbered(number string) (string, bool) {
	base := 10
	if hex, ok := strings.CutPrefix(strings.ToLower(number), "x"); ok {
		number, base = hex, 16
	}
	n, err := strconv.ParseUint(number, base, 31)
	if err != nil || n == 0 {
		return "", false
	}
	return string(rune(n)), true // U+FFFD if it is not a character
}
