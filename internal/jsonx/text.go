package jsonx

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// AppendQuoted appends text as a JSON string, quotes included. Bytes that are not UTF-8
// become U+FFFD. It writes lines into the body of a file_stream request, so it is fast
// for text that is full of quotes.
func AppendQuoted(dst, text []byte) []byte {
	if !utf8.Valid(text) {
		return appendStringSlow(dst, string(text))
	}
	// Room for a text in which every other byte is escaped, plus eight bytes that the
	// loop may write past the end. Longer escapes grow it below.
	dst = slices.Grow(dst, len(text)+len(text)/2+16)
	dst = append(dst, '"')
	i := 0
	for i+8 <= len(text) {
		word := binary.LittleEndian.Uint64(text[i:])
		dst = binary.LittleEndian.AppendUint64(dst, word)
		mask := special(word)
		if mask == 0 {
			i += 8
			continue
		}
		n := bits.TrailingZeros64(mask) >> 3
		dst = appendEscape(dst[:len(dst)-8+n], text[i+n])
		i += n + 1
	}
	return append(appendEscaped(dst, text[i:]), '"')
}

// special marks the bytes of word that a JSON string must escape, with the high bit of
// each. A byte above the lowest marked one may be marked in error; only the lowest is
// used.
func special(word uint64) uint64 {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	quote := word ^ ones*'"'
	slash := word ^ ones*'\\'
	found := (quote - ones) &^ quote
	found |= (slash - ones) &^ slash
	found |= (word - ones*' ') &^ word
	return found & highs
}

// appendEscape appends c, which must be escaped.
func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// appendEscaped appends text with its escapes.
func appendEscaped(dst, text []byte) []byte {
	for _, c := range text {
		if c < ' ' || c == '"' || c == '\\' {
			dst = appendEscape(dst, c)
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

// AppendString appends s as a JSON string. The first loop is for short strings without
// escapes, which are the most common.
func AppendString(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			dst = slices.Grow(dst, len(s)+16)
			return appendStringSlow(dst, s)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

func appendStringSlow(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' {
				dst = append(dst, s[start:i]...)
				dst = appendEscape(dst, c)
				start = i + 1
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			dst = append(dst, s[start:i]...)
			dst = append(dst, "\ufffd"...)
			start = i + 1
		}
		i += n
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// AppendASCII is [AppendString] with escapes for all but printable ASCII, as by Python's
// json.dumps.
func AppendASCII(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r < ' ' || r == '"' || r == '\\':
			dst = appendEscape(dst, byte(r))
		case r < 0x7f:
			dst = append(dst, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			dst = appendUnit(appendUnit(dst, high), low)
		default:
			dst = appendUnit(dst, r)
		}
	}
	return append(dst, '"')
}

// appendUnit appends the escape of a unit of UTF-16.
func appendUnit(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// Unquote appends the text of the JSON string at the start of b, and returns how long
// the string is. It reports false if b does not start with a JSON string. As in
// encoding/json, half of a surrogate pair becomes U+FFFD.
func Unquote(dst, b []byte) (text []byte, n int, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return dst, 0, false
	}
	start := 1
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return append(dst, b[start:i]...), i + 1, true
		case c == '\\':
			dst = append(dst, b[start:i]...)
			r, size := unescape(b[i:])
			if size == 0 {
				return dst, 0, false
			}
			dst = utf8.AppendRune(dst, r)
			i += size - 1
			start = i + 1
		case c < ' ':
			return dst, 0, false
		}
	}
	return dst, 0, false
}

// unescape returns the character that the escape at the start of b stands for, and
// the length of the escape, 0 if it is not valid.
func unescape(b []byte) (r rune, size int) {
	if len(b) < 2 {
		return 0, 0
	}
	switch b[1] {
	case '"', '\\', '/':
		return rune(b[1]), 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'u':
		r, ok := hex4(b[2:])
		if !ok {
			return 0, 0
		}
		if utf16.IsSurrogate(r) {
			if len(b) >= 8 && b[6] == '\\' && b[7] == 'u' {
				low, _ := hex4(b[8:])
				if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
					return both, 12
				}
			}
			return utf8.RuneError, 6
		}
		return r, 6
	}
	return 0, 0
}
