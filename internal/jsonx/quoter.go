package jsonx

import (
	"bytes"
	"unicode/utf8"
)

// Quoter is [AppendQuoted] for lines whose layout is known and that mostly have the same
// keys in the same order. It remembers how each key was written and copies that, which is
// faster and has the same result. The zero Quoter is ready to use. It is not safe for
// concurrent use.
type Quoter struct {
	keys []quotedKey // by their index in a line
}

// quotedKey is a key as it is written in a line, with quotes and colon, and as that is
// written inside a string.
type quotedKey struct{ text, quoted []byte }

// maxQuotedKeys bounds the memory.
const maxQuotedKeys = 1 << 12

// Append appends line as a JSON string. layout is that of the line, or nil.
func (q *Quoter) Append(dst, line []byte, layout Layout) []byte {
	if layout.Len() == 0 || layout.Len() > maxQuotedKeys || !utf8.Valid(line) {
		return AppendQuoted(dst, line)
	}
	dst = append(dst, '"', '{')
	for i := range layout.Len() {
		key, value, end := layout.Entry(i)
		if i > 0 {
			dst = append(dst, ',')
		}
		if i == len(q.keys) {
			q.keys = append(q.keys, quotedKey{})
		}
		k := &q.keys[i]
		if !bytes.Equal(k.text, line[key:value]) {
			k.text = append(k.text[:0], line[key:value]...)
			k.quoted = appendEscaped(k.quoted[:0], k.text)
		}
		dst = append(dst, k.quoted...)
		switch line[value] {
		case '"', '{', '[':
			dst = appendEscaped(dst, line[value:end])
		default: // a number or a word
			dst = append(dst, line[value:end]...)
		}
	}
	return append(dst, '}', '"')
}
