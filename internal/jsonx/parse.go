package jsonx

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// ErrSyntax is the error of a text that is not extended JSON.
var ErrSyntax = errors.New("not JSON")

// ParseObject reads an object. The values have the types that encoding/json uses,
// with two exceptions: an integer is an int64 if it fits, and a number out of range
// is infinite. The result does not share memory with text.
func ParseObject(text []byte) (map[string]any, error) {
	v, err := Parse(text)
	if err != nil {
		return nil, err
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%w: not an object", ErrSyntax)
	}
	return object, nil
}

// Parse reads a value; see [ParseObject] for the types of the result.
func Parse(text []byte) (any, error) {
	p := parser{text: text}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(p.text) {
		return nil, p.fail()
	}
	return v, nil
}

// parser reads extended JSON.
type parser struct {
	text []byte
	at   int
}

func (p *parser) fail() error { return fmt.Errorf("%w: at byte %d", ErrSyntax, p.at) }

func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// value reads the value at the current position, which is inside depth others.
func (p *parser) value(depth int) (any, error) {
	if depth > MaxDepth {
		return nil, p.fail()
	}
	p.space()
	switch p.peek() {
	case '{':
		return p.object(depth)
	case '[':
		return p.list(depth)
	case '"':
		return p.quoted()
	default:
		return p.word()
	}
}

func (p *parser) object(depth int) (any, error) {
	object := map[string]any{}
	p.at++
	for p.space(); p.peek() != '}'; {
		if p.peek() != '"' {
			return nil, p.fail()
		}
		key, err := p.quoted()
		if err != nil {
			return nil, err
		}
		if p.space(); p.peek() != ':' {
			return nil, p.fail()
		}
		p.at++
		if object[key], err = p.value(depth + 1); err != nil {
			return nil, err
		}
		if err := p.next('}'); err != nil {
			return nil, err
		}
	}
	p.at++
	return object, nil
}

func (p *parser) list(depth int) (any, error) {
	list := []any{}
	p.at++
	for p.space(); p.peek() != ']'; {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if err := p.next(']'); err != nil {
			return nil, err
		}
	}
	p.at++
	return list, nil
}

// next skips the comma before another entry. It stays at the end of the list.
func (p *parser) next(end byte) error {
	p.space()
	if p.peek() == end {
		return nil
	}
	if p.peek() != ',' {
		return p.fail()
	}
	p.at++
	if p.space(); p.peek() == end {
		return p.fail()
	}
	return nil
}

func (p *parser) quoted() (string, error) {
	start := p.at
	for p.at++; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case '\\':
			p.at++
		case '"':
			p.at++
			var s string
			if err := json.Unmarshal(p.text[start:p.at], &s); err != nil {
				p.at = start
				return "", p.fail()
			}
			return s, nil
		}
	}
	p.at = start
	return "", p.fail()
}

// word reads a number or one of the words.
func (p *parser) word() (any, error) {
	start := p.at
	for p.at < len(p.text) && isWord(p.text[p.at]) {
		p.at++
	}
	switch word := string(p.text[start:p.at]); word {
	case "null":
		return nil, nil
	case "true", "false":
		return word == "true", nil
	case "NaN":
		return math.NaN(), nil
	case "Infinity":
		return math.Inf(1), nil
	case "-Infinity":
		return math.Inf(-1), nil
	default:
		if !json.Valid(p.text[start:p.at]) { // the only word left is a number
			p.at = start
			return nil, p.fail()
		}
		if i, err := strconv.ParseInt(word, 10, 64); err == nil {
			return i, nil
		}
		f, _ := strconv.ParseFloat(word, 64) // infinite if it is too large
		return f, nil
	}
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '+' || c == '.'
}
