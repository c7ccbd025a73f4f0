package jsonx

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// SkipSpace returns the index of the first byte at or after i that is not space.
func SkipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// Skip returns the index after the value at b[i], which is inside depth others, or -1
// if there is none or it nests too deeply.
func Skip(b []byte, i, depth int) int {
	if i >= len(b) || depth > MaxDepth {
		return -1
	}
	switch c := b[i]; c {
	case '"':
		return SkipString(b, i)
	case '{', '[':
		return skipComposite(b, i, depth)
	case 't':
		return skipWord(b, i, "true")
	case 'f':
		return skipWord(b, i, "false")
	case 'n':
		return skipWord(b, i, "null")
	case 'N':
		return skipWord(b, i, "NaN")
	case 'I':
		return skipWord(b, i, "Infinity")
	case '-':
		if i+1 < len(b) && b[i+1] == 'I' {
			return skipWord(b, i, "-Infinity")
		}
		return skipNumber(b, i+1)
	default:
		return skipNumber(b, i)
	}
}

func skipWord(b []byte, i int, word string) int {
	if !bytes.HasPrefix(b[i:], []byte(word)) {
		return -1
	}
	return i + len(word)
}

// skipDigits reads eight bytes at a time, because most numbers have all their digits.
func skipDigits(b []byte, i int) int {
	const (
		zeros = 0x3030303030303030
		highs = 0x8080808080808080
		room  = 0x7676767676767676 // 0x80 less 10
	)
	for i+8 <= len(b) {
		word := binary.LittleEndian.Uint64(b[i:]) ^ zeros // digits become 0 to 9
		// A byte above the lowest marked one may be marked in error, by a carry.
		if other := (word + room | word) & highs; other != 0 {
			return i + bits.TrailingZeros64(other)>>3
		}
		i += 8
	}
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return i
}

// skipNumber skips a number after its sign.
func skipNumber(b []byte, i int) int {
	start := i
	i = skipDigits(b, i)
	if i == start || b[start] == '0' && i > start+1 {
		return -1
	}
	if i < len(b) && b[i] == '.' {
		start = i + 1
		if i = skipDigits(b, start); i == start {
			return -1
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		start = i
		if i = skipDigits(b, i); i == start {
			return -1
		}
	}
	return i
}

// SkipString returns the index after the string that begins at b[i], or -1 if it
// has no end or holds a bad escape.
func SkipString(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c < ' ':
			return -1
		case c == '\\':
			i++
			if i >= len(b) {
				return -1
			}
			switch b[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				if _, ok := hex4(b[i+1:]); !ok {
					return -1
				}
				i += 4
			default:
				return -1
			}
		}
	}
	return -1
}

// hex4 returns the number that the four hexadecimal digits at the start of b stand for.
func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c-'a' <= 5:
			c -= 'a' - 10
		case c-'A' <= 5:
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// skipComposite skips the object or list that begins at b[i].
func skipComposite(b []byte, i, depth int) int {
	if b[i] == '{' {
		return EachMember(b, i, func(_, _, at int) int { return Skip(b, at, depth+1) })
	}
	return EachElement(b, i, func(at int) int { return Skip(b, at, depth+1) })
}

// EachElement is [EachMember] for the elements of the list that begins at b[i].
func EachElement(b []byte, i int, take func(value int) int) int {
	i = SkipSpace(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = take(i); i < 0 {
			return -1
		}
		if i = SkipSpace(b, i); i >= len(b) {
			return -1
		}
		if b[i] == ']' {
			return i + 1
		}
		if b[i] != ',' {
			return -1
		}
		i = SkipSpace(b, i+1)
	}
}

// EachMember calls take for each member of the object that begins at b[i], and
// returns the index after the object, or -1 if it is malformed. take gets the
// indexes where the key, quotes included, begins and ends and where the value
// begins. It returns the index after the value, or -1 to stop.
func EachMember(b []byte, i int, take func(key, keyEnd, value int) int) int {
	i = SkipSpace(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return -1
		}
		key := i
		keyEnd := SkipString(b, i)
		if keyEnd < 0 {
			return -1
		}
		i = SkipSpace(b, keyEnd)
		if i >= len(b) || b[i] != ':' {
			return -1
		}
		if i = take(key, keyEnd, SkipSpace(b, i+1)); i < 0 {
			return -1
		}
		if i = SkipSpace(b, i); i >= len(b) {
			return -1
		}
		if b[i] == '}' {
			return i + 1
		}
		if b[i] != ',' {
			return -1
		}
		i = SkipSpace(b, i+1)
	}
}

// Find returns where the value of a key of an object begins and ends, or -1, -1 if the
// object is malformed before it or does not have the key.
func Find(object []byte, key string) (begin, end int) {
	begin, end = -1, -1
	start := SkipSpace(object, 0)
	if start == len(object) || object[start] != '{' {
		return begin, end
	}
	EachMember(object, start, func(name, nameEnd, value int) int {
		next := Skip(object, value, 0)
		if next >= 0 && string(object[name+1:nameEnd-1]) == key {
			begin, end = value, next
			return -1
		}
		return next
	})
	return begin, end
}

// Valid reports whether b is one value and nothing else.
func Valid(b []byte) bool {
	i := Skip(b, SkipSpace(b, 0), 0)
	return i >= 0 && SkipSpace(b, i) == len(b)
}

// AppendLine appends a valid value without its newlines, which in JSON can only be
// space between tokens. A negative zero becomes zero, as in the official client.
func AppendLine(dst, value []byte) []byte {
	mark := len(dst)
	dst = append(dst, value...)
	if bytes.IndexByte(value, '\n') >= 0 {
		for i, c := range dst[mark:] {
			if c == '\n' {
				dst[mark+i] = ' '
			}
		}
	}
	if bytes.Contains(value, negativeZero) {
		dst = append(dst[:mark], plainZeros(dst[mark:])...)
	}
	return dst
}

// negativeZero begins each number that may be one.
var negativeZero = []byte("-0")

// plainZeros replaces the negative zeros of a valid value by zeros, in place.
func plainZeros(b []byte) []byte {
	out := b[:0]
	for i := 0; i < len(b); {
		end := i + 1
		switch b[i] {
		case '"':
			end = SkipString(b, i)
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			zero := b[i] == '-'
			for mantissa := true; end < len(b) && bytes.IndexByte([]byte("0123456789.eE+-"), b[end]) >= 0; end++ {
				mantissa = mantissa && b[end] != 'e' && b[end] != 'E'
				zero = zero && (!mantissa || b[end] == '0' || b[end] == '.')
			}
			if zero && end > i+1 {
				out = append(out, '0')
				i = end
				continue
			}
		}
		out = append(out, b[i:end]...)
		i = end
	}
	return out
}
