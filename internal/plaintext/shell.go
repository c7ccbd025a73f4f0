package plaintext

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// ShellWord returns text as one word that a shell reads back as text, so that a command
// that is printed can be pasted. Text that is not printable needs $'…', which bash, zsh
// and ksh know.
func ShellWord(text string) string {
	switch {
	case text != "" && strings.Trim(text, shellPlain) == "":
		return text
	case Safe(text):
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\'' || r == '\\':
			b.WriteString(`\` + string(r))
		case Safe(text[i : i+n]):
			b.WriteString(text[i : i+n])
		default:
			for _, c := range []byte(text[i : i+n]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		}
		i += n
	}
	return b.String() + "'"
}

const shellPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@+,="

// ShellPath is [ShellWord] for a path, which no command takes for a flag.
func ShellPath(path string) string {
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	return ShellWord(path)
}
