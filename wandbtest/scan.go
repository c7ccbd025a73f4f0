package wandbtest

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// maxDepth bounds nesting, so that hostile input cannot exhaust the stack.
const maxDepth = 500

var errDepth = errors.New("nested too deeply")

// scanner reads JSON without reflection. encoding/json will not do: rows of the
// history hold bare NaN and Infinity, and the file stream's bodies are large
// enough for the difference in speed to show in benchmarks.
type scanner struct {
	data  []byte
	pos   int
	depth int
}

func (s *scanner) fail(want string) error {
	if s.pos >= len(s.data) {
		return fmt.Errorf("offset %d: unexpected end, want %s", s.pos, want)
	}
	return fmt.Errorf("offset %d: unexpected %q, want %s", s.pos, s.data[s.pos], want)
}

// peek skips blanks and returns the next byte, or 0 at the end.
func (s *scanner) peek() byte {
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

func (s *scanner) accept(c byte) bool {
	if s.peek() != c || s.pos >= len(s.data) {
		return false
	}
	s.pos++
	return true
}

// end reports an error unless only blanks are left.
func (s *scanner) end() error {
	if s.peek(); s.pos < len(s.data) {
		return s.fail("the end")
	}
	return nil
}

// object reads an object; member must consume the value of the key, which is
// valid for as long as the data is.
func (s *scanner) object(member func(key []byte) error) error {
	if !s.accept('{') {
		return s.fail("an object")
	}
	if s.depth++; s.depth > maxDepth {
		return errDepth
	}
	defer func() { s.depth-- }()
	if s.accept('}') {
		return nil
	}
	for {
		key, err := s.string()
		if err != nil {
			return err
		}
		if !s.accept(':') {
			return s.fail("':'")
		}
		if err := member(key); err != nil {
			return err
		}
		if s.accept('}') {
			return nil
		}
		if !s.accept(',') {
			return s.fail("',' or '}'")
		}
	}
}

// array reads an array; element must consume each value.
func (s *scanner) array(element func() error) error {
	if !s.accept('[') {
		return s.fail("an array")
	}
	if s.depth++; s.depth > maxDepth {
		return errDepth
	}
	defer func() { s.depth-- }()
	if s.accept(']') {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if s.accept(']') {
			return nil
		}
		if !s.accept(',') {
			return s.fail("',' or ']'")
		}
	}
}

// literal consumes a word if it comes next.
func (s *scanner) literal(word string) bool {
	s.peek()
	if len(s.data)-s.pos < len(word) || string(s.data[s.pos:s.pos+len(word)]) != word {
		return false
	}
	s.pos += len(word)
	return true
}

func (s *scanner) number() (float64, error) {
	s.peek()
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
		return 0, s.fail("a value")
	}
	return f, nil
}

// value decodes any value into nil, bool, float64, string, []any and
// map[string]any.
func (s *scanner) value() (any, error) {
	switch c := s.peek(); {
	case c == '{':
		m := map[string]any{}
		err := s.object(func(key []byte) error {
			k := string(key)
			v, err := s.value()
			m[k] = v
			return err
		})
		return m, err
	case c == '[':
		list := []any{}
		err := s.array(func() error {
			v, err := s.value()
			list = append(list, v)
			return err
		})
		return list, err
	case c == '"':
		text, err := s.string()
		return string(text), err
	case s.literal("true"):
		return true, nil
	case s.literal("false"):
		return false, nil
	case s.literal("null"):
		return nil, nil
	case s.literal("NaN"):
		return math.NaN(), nil
	case s.literal("Infinity"):
		return math.Inf(1), nil
	case s.literal("-Infinity"):
		return math.Inf(-1), nil
	}
	return s.number()
}

// raw skips one value and returns its text.
func (s *scanner) raw() ([]byte, error) {
	s.peek()
	start := s.pos
	err := s.skip()
	return s.data[start:s.pos], err
}

func (s *scanner) skip() error {
	var err error
	switch c := s.peek(); {
	case c == '{':
		err = s.object(func([]byte) error { return s.skip() })
	case c == '[':
		err = s.array(s.skip)
	case c == '"':
		err = s.skipString()
	case s.literal("true"), s.literal("false"), s.literal("null"),
		s.literal("NaN"), s.literal("Infinity"), s.literal("-Infinity"):
	default:
		_, err = s.number()
	}
	return err
}
