package jsonx

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// Quoter is [AppendQuoted] for lines that mostly have the same keys in the same order.
// It remembers how each key was written and copies that, which is faster and has the
// same result. The zero Quoter is ready to use; a nil Quoter remembers nothing. It is
// not safe for concurrent use.
type Quoter struct {
	keys []quotedKey // by their index in a line
}

// quotedKey is a key as it is written in a line, with quotes and colon, and as that is
// written inside a string.
type quotedKey struct {
	text, quoted []byte
	missed       bool // the last line had another key
}

// Bounds of the memory.
const (
	maxQuotedKeys   = 1 << 12
	maxQuotedKeyLen = 1 << 8
)

// Append appends line as a JSON string, as AppendQuoted does.
func (q *Quoter) Append(dst, line []byte) []byte {
	if !utf8.Valid(line) {
		return appendStringSlow(dst, string(line))
	}
	// Room for a text in which every other byte is escaped, plus eight bytes that the
	// loop may write past the end. Longer escapes grow it below.
	dst = slices.Grow(dst, len(line)+len(line)/2+16)
	dst = append(dst, '"')
	place := 0
	i := 0
	for i+8 <= len(line) {
		word := binary.LittleEndian.Uint64(line[i:])
		dst = binary.LittleEndian.AppendUint64(dst, word)
		mask := special(word)
		if mask == 0 {
			i += 8
			continue
		}
		n := bits.TrailingZeros64(mask) >> 3
		dst = dst[:len(dst)-8+n]
		i += n
		if q != nil && place < maxQuotedKeys {
			if k := q.at(place); len(k.text) > 0 && bytes.HasPrefix(line[i:], k.text) {
				k.missed = false
				dst = append(dst, k.quoted...)
				i += len(k.text)
				place++
				continue
			}
			if size := keyAt(line, i); size > 0 {
				q.at(place).miss(line[i : i+size])
				place++
			}
		}
		dst = appendEscape(dst, line[i])
		i++
	}
	return append(appendEscaped(dst, line[i:]), '"')
}

// AppendLaidOut is Append for a line whose layout is known.
func (q *Quoter) AppendLaidOut(dst, line []byte, layout Layout) []byte {
	if layout.Len() == 0 || layout.Len() > maxQuotedKeys || !utf8.Valid(line) {
		return q.Append(dst, line)
	}
	dst = append(dst, '"', '{')
	for i := range layout.Len() {
		key, value, end := layout.Entry(i)
		if i > 0 {
			dst = append(dst, ',')
		}
		k := q.at(i)
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

// at returns the key at an index, at most one beyond the last.
func (q *Quoter) at(place int) *quotedKey {
	if place == len(q.keys) {
		q.keys = append(q.keys, quotedKey{missed: true})
	}
	return &q.keys[place]
}

// keyAt returns the length of the key with quotes and colon at line[i], or 0 if there is
// none that is worth remembering. Text that only looks like a key does no harm.
func keyAt(line []byte, i int) int {
	if line[i] != '"' || i == 0 || line[i-1] != ',' && line[i-1] != '{' {
		return 0
	}
	end := bytes.IndexByte(line[i+1:min(i+maxQuotedKeyLen, len(line))], ':')
	if end < 1 || line[i+end] != '"' {
		return 0
	}
	return end + 2
}

// miss records that a line has another key than the remembered one, which it replaces
// the second time in a row. Otherwise two kinds of lines by turns would replace each
// other's keys each time.
func (k *quotedKey) miss(text []byte) {
	k.missed = !k.missed
	if k.missed {
		return
	}
	k.text = append(k.text[:0], text...)
	k.quoted = appendEscaped(k.quoted[:0], text)
}
