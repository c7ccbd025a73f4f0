package jsontext

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Strings make up nearly all of what clients send: a row of the history is an
// object that travels as a string, in which each of its own quotes is escaped. So
// they are read eight bytes at a time, and their escapes by a table.

// special marks, with the high bit of each byte, the bytes of word that end plain
// text in a string: quotes, backslashes and control characters. A byte above the
// lowest marked one may be marked in error; only the lowest is used.
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

// escapes are what one character after a backslash stands for; 0 for those that
// stand for more, or for nothing.
var escapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f',
}

// ReadString returns the text of a string, unescaped: a part of the data if nothing
// in it is escaped, else a copy.
func (s *Scanner) ReadString() ([]byte, error) {
	if !s.accept('"') {
		return nil, s.Fail("a string")
	}
	start := s.pos
	s.plain()
	plain := s.data[start:s.pos:s.pos]
	if s.pos < len(s.data) && s.data[s.pos] == '"' {
		s.pos++
		return plain, nil
	}
	return s.rest(plain)
}

// AppendString appends the text of a string, unescaped, to dst.
func (s *Scanner) AppendString(dst []byte) ([]byte, error) {
	if !s.accept('"') {
		return dst, s.Fail("a string")
	}
	return s.rest(dst)
}

// rest appends what is left of a string to dst and consumes the quote behind it.
func (s *Scanner) rest(dst []byte) ([]byte, error) {
	data, pos := s.data, s.pos
	for pos+8 <= len(data) {
		word := binary.LittleEndian.Uint64(data[pos:])
		dst = binary.LittleEndian.AppendUint64(dst, word)
		mask := special(word)
		if mask == 0 {
			pos += 8
			continue
		}
		n := bits.TrailingZeros64(mask) >> 3
		dst = dst[:len(dst)-8+n]
		pos += n
		switch c := data[pos]; {
		case c == '"':
			s.pos = pos + 1
			return dst, nil
		case c == '\\' && pos+1 < len(data) && escapes[data[pos+1]] != 0:
			dst = append(dst, escapes[data[pos+1]])
			pos += 2
			continue
		}
		s.pos = pos
		_, out, err := s.interrupted(dst)
		if err != nil {
			return out, err
		}
		dst, pos = out, s.pos
	}
	s.pos = pos
	for {
		s.plain()
		done, out, err := s.interrupted(append(dst, data[pos:s.pos]...))
		if done || err != nil {
			return out, err
		}
		dst, pos = out, s.pos
	}
}

// interrupted deals with what is not plain text in a string: its end, which it
// consumes and reports, or an escape, which it appends to dst.
func (s *Scanner) interrupted(dst []byte) (done bool, out []byte, err error) {
	switch {
	case s.pos >= len(s.data):
		return false, dst, s.Fail("'\"'")
	case s.data[s.pos] == '"':
		s.pos++
		return true, dst, nil
	case s.data[s.pos] == '\\':
		out, err = s.escape(dst)
		return false, out, err
	}
	return false, dst, s.Fail("no control character")
}

// skipString consumes a string without unescaping it.
func (s *Scanner) skipString() error {
	if !s.accept('"') {
		return s.Fail("a string")
	}
	var room [utf8.UTFMax]byte
	for {
		s.plain()
		if done, _, err := s.interrupted(room[:0]); done || err != nil {
			return err
		}
	}
}

// plain moves to the next byte that is not plain text, or to the end.
func (s *Scanner) plain() {
	for s.pos+8 <= len(s.data) {
		mask := special(binary.LittleEndian.Uint64(s.data[s.pos:]))
		if mask != 0 {
			s.pos += bits.TrailingZeros64(mask) >> 3
			return
		}
		s.pos += 8
	}
	for s.pos < len(s.data) && s.data[s.pos] >= ' ' && s.data[s.pos] != '"' && s.data[s.pos] != '\\' {
		s.pos++
	}
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
