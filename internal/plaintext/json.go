package plaintext

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON returns a JSON document in which each unprintable rune is an escape, so that it
// has the same value and can be shown on a terminal. Invalid UTF-8, which JSON must not
// have, becomes the replacement character. White space between values stays.
func JSON(document []byte) []byte {
	start := 0 // of what is not copied yet
	var out []byte
	for i := 0; i < len(document); {
		r, size := utf8.DecodeRune(document[i:])
		invalid := r == utf8.RuneError && size == 1
		if r < 0x7f || strconv.IsPrint(r) && !invalid { // below are only white space and escapes
			i += size
			continue
		}
		out = append(out, document[start:i]...)
		switch {
		case invalid:
			out = append(out, `\ufffd`...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += size
		start = i
	}
	if start == 0 {
		return document
	}
	return append(out, document[start:]...)
}
