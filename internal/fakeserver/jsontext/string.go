package jsontext

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// escapes are what one character after a backslash stands for; 0 for those that
// stand for more, or for nothing.
var escapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f',
}

// ReadString returns the text of a string, unescaped. It is valid until the next string is read.
func (s *Scanner) ReadString() ([]byte, error) {
	if !s.accept('"') {
		return nil, s.Fail("a string")
	}
	text := s.unescaped[:0]
	for start := s.pos; s.pos < len(s.data); {
		switch c := s.data[s.pos]; {
		case c == '"':
			part := s.data[start:s.pos]
			s.pos++
			if len(text) == 0 {
				return part, nil
			}
			text = append(text, part...)
			s.unescaped = text
			return text, nil
		case c < ' ':
			return nil, s.Fail("no control character")
		case c == '\\':
			var err error
			if text, err = s.escape(append(text, s.data[start:s.pos]...)); err != nil {
				return nil, err
			}
			start = s.pos
		default:
			s.pos++
		}
	}
	return nil, s.Fail("'\"'")
}

// escape appends what an escape stands for.
func (s *Scanner) escape(dst []byte) ([]byte, error) {
	s.pos++ // the backslash
	if s.pos >= len(s.data) {
		return dst, s.Fail("an escape")
	}
	c := s.data[s.pos]
	if plain := escapes[c]; plain != 0 {
		s.pos++
		return append(dst, plain), nil
	}
	if c != 'u' {
		return dst, s.Fail("an escape")
	}
	s.pos++
	r, ok := s.hex()
	if !ok {
		return dst, s.Fail("four hexadecimal digits")
	}
	if utf16.IsSurrogate(r) {
		r = s.lowSurrogate(r)
	}
	return utf8.AppendRune(dst, r), nil
}

// lowSurrogate completes a pair; half a pair becomes U+FFFD.
func (s *Scanner) lowSurrogate(high rune) rune {
	if s.pos+1 >= len(s.data) || s.data[s.pos] != '\\' || s.data[s.pos+1] != 'u' {
		return utf8.RuneError
	}
	mark := s.pos
	s.pos += 2
	low, ok := s.hex()
	if pair := utf16.DecodeRune(high, low); ok && pair != utf8.RuneError {
		return pair
	}
	s.pos = mark
	return utf8.RuneError
}

func (s *Scanner) hex() (rune, bool) {
	if s.pos+4 > len(s.data) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s.data[s.pos:s.pos+4]), 16, 16)
	if err != nil {
		return 0, false
	}
	s.pos += 4
	return rune(n), true
}
