package jsontext

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// maxDepth bounds nesting, so that hostile input cannot exhaust the stack.
const maxDepth = 500

var errDepth = errors.New("nested too deeply")

// Scanner reads JSON without reflection. encoding/json will not do: rows of the
// history hold bare NaN and Infinity, and the file stream's bodies are large
// enough for the difference in speed to show in benchmarks.
type Scanner struct {
	data      []byte
	pos       int
	depth     int
	unescaped []byte // of the last string with escapes
}

// NewScanner returns a scanner at the start of data.
func NewScanner(data []byte) *Scanner { return &Scanner{data: data} }

// Fail returns an error that says what was expected at the scanner's position.
func (s *Scanner) Fail(want string) error {
	if s.pos >= len(s.data) {
		return fmt.Errorf("offset %d: unexpected end, want %s", s.pos, want)
	}
	return fmt.Errorf("offset %d: unexpected %q, want %s", s.pos, s.data[s.pos], want)
}

// Peek skips spaces and returns the next byte, or 0 at the end.
func (s *Scanner) Peek() byte {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

func (s *Scanner) accept(c byte) bool {
	if s.Peek() != c || s.pos >= len(s.data) {
		return false
	}
	s.pos++
	return true
}

// End reports an error unless only spaces are left.
func (s *Scanner) End() error {
	if s.Peek(); s.pos < len(s.data) {
		return s.Fail("the end")
	}
	return nil
}

// Object reads an object; read must consume the value of the key, which is
// valid until the next string is read.
func (s *Scanner) Object(read func(key []byte) error) error {
	return s.list("{}", "an object", func() error {
		key, err := s.ReadString()
		if err != nil {
			return err
		}
		if !s.accept(':') {
			return s.Fail("':'")
		}
		return read(key)
	})
}

// Array reads an array; element must consume each value.
func (s *Scanner) Array(element func() error) error { return s.list("[]", "an array", element) }

// list reads what has commas between its elements and these brackets around them.
func (s *Scanner) list(brackets, what string, element func() error) error {
	if !s.accept(brackets[0]) {
		return s.Fail(what)
	}
	if s.depth++; s.depth > maxDepth {
		return errDepth
	}
	defer func() { s.depth-- }()
	if s.accept(brackets[1]) {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if s.accept(brackets[1]) {
			return nil
		}
		if !s.accept(',') {
			return s.Fail(fmt.Sprintf("',' or '%c'", brackets[1]))
		}
	}
}

// Literal consumes a word if it comes next.
func (s *Scanner) Literal(word string) bool {
	s.Peek()
	if len(s.data)-s.pos < len(word) || string(s.data[s.pos:s.pos+len(word)]) != word {
		return false
	}
	s.pos += len(word)
	return true
}

// Number reads a number. One beyond a float64 becomes an infinity.
func (s *Scanner) Number() (float64, error) {
	s.Peek()
	start := s.pos
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c >= '0' && c <= '9', c == '-', c == '+', c == '.', c == 'e', c == 'E':
			s.pos++
			continue
		}
		break
	}
	text := string(s.data[start:s.pos])
	f, err := strconv.ParseFloat(text, 64)
	// Numbers beyond a float64 become infinities, as in Python.
	if err != nil && !errors.Is(err, strconv.ErrRange) || text == "" || text[0] == '+' || text[0] == '.' {
		s.pos = start
		return 0, s.Fail("a value")
	}
	return f, nil
}

// literals are the values that are words.
var literals = []struct {
	word  string
	value any
}{
	{"true", true}, {"false", false}, {"null", nil}, {"NaN", math.NaN()}, {"Infinity", math.Inf(1)}, {"-Infinity", math.Inf(-1)},
}

// literal consumes a word if one comes next, and returns its value.
func (s *Scanner) literal() (v any, ok bool) {
	for _, l := range literals {
		if s.Literal(l.word) {
			return l.value, true
		}
	}
	return nil, false
}

// Value decodes any value into nil, bool, float64, string, []any and
// map[string]any.
func (s *Scanner) Value() (any, error) {
	switch s.Peek() {
	case '{':
		m := map[string]any{}
		err := s.Object(func(key []byte) error {
			k := string(key)
			v, err := s.Value()
			m[k] = v
			return err
		})
		return m, err
	case '[':
		list := []any{}
		err := s.Array(func() error {
			v, err := s.Value()
			list = append(list, v)
			return err
		})
		return list, err
	case '"':
		text, err := s.ReadString()
		return string(text), err
	}
	if v, ok := s.literal(); ok {
		return v, nil
	}
	return s.Number()
}

// Raw skips one value and returns its text.
func (s *Scanner) Raw() ([]byte, error) {
	s.Peek()
	start := s.pos
	err := s.Skip()
	return s.data[start:s.pos], err
}

// Skip reads one value and drops it.
func (s *Scanner) Skip() error {
	switch s.Peek() {
	case '{':
		return s.Object(func([]byte) error { return s.Skip() })
	case '[':
		return s.Array(s.Skip)
	case '"':
		_, err := s.ReadString()
		return err
	}
	if _, ok := s.literal(); ok {
		return nil
	}
	_, err := s.Number()
	return err
}
