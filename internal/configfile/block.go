package configfile

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Bounds of what is read, far beyond what a config is.
const (
	maxDepth = 64
	maxKey   = 512  // bytes; YAML ends the search for a colon at 1024 characters
	maxLines = 1000 // of one text
)

// parser reads the lines of a file, one after the other.
type parser struct {
	lines []string
	next  int            // index of the line to be looked at
	begun bool           // something was found
	top   map[string]int // the lines of the outermost keys
}

func newParser(data []byte) (*parser, error) {
	text := string(bytes.TrimPrefix(data, []byte("\ufeff")))
	p := &parser{lines: strings.Split(text, "\n"), top: map[string]int{}}
	for i, l := range p.lines {
		p.lines[i] = strings.TrimSuffix(l, "\r")
		if !utf8.ValidString(l) || strings.ContainsFunc(p.lines[i], unprintable) {
			return nil, &Error{i + 1, "holds a character that YAML does not allow here; write it as an escape in double quotes"}
		}
	}
	return p, nil
}

// unprintable covers control characters, and line breaks that editors do not show.
func unprintable(r rune) bool {
	return r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\ufeff' || r == '\ufffe' || r == '\uffff'
}

// fail is an error about the line that was passed last.
func (p *parser) fail(what string) error { return &Error{p.next, what} }

// peek returns the text of the next line with something on it, and how far it is
// indented: -1 at the end.
func (p *parser) peek() (text string, indent int, err error) {
	for ; p.next < len(p.lines); p.next++ {
		text = strings.TrimLeft(p.lines[p.next], " ")
		indent = len(p.lines[p.next]) - len(text)
		marker := strings.TrimRight(text, " ")
		switch {
		case text == "", text[0] == '#':
			continue
		case marker == "---" && indent == 0 && !p.begun:
			p.begun = true
			continue
		case text[0] == '\t':
			return "", 0, &Error{p.next + 1, "is indented with a tab; use spaces"}
		case indent == 0 && (strings.HasPrefix(text, "---") || strings.HasPrefix(text, "...")):
			return "", 0, &Error{p.next + 1, "begins or ends a document; a config file has one"}
		}
		p.begun = true
		return text, indent, nil
	}
	return "", -1, nil
}

// document reads the whole file.
func (p *parser) document() (any, error) {
	_, indent, err := p.peek()
	if err != nil || indent < 0 {
		return nil, err
	}
	v, err := p.block(indent, 1)
	if err != nil {
		return nil, err
	}
	if _, at, err := p.peek(); err != nil || at < 0 {
		return v, err
	}
	return nil, &Error{p.next + 1, "does not fit the lines above it"}
}

func isItem(text string) bool { return text == "-" || strings.HasPrefix(text, "- ") }

// block reads the map or list whose first line, the next, has this indentation.
func (p *parser) block(indent, depth int) (any, error) {
	if depth > maxDepth {
		p.next++
		return nil, p.fail("is nested too deeply")
	}
	if text, _, err := p.peek(); err != nil || !isItem(text) {
		return p.mapping(indent, depth)
	}
	list := []any{}
	for {
		text, at, err := p.peek()
		if err != nil || at != indent || !isItem(text) {
			return list, err
		}
		rest := strings.TrimLeft(text[1:], " ")
		var v any
		if _, _, noKey := key(rest, false); isItem(rest) || noKey == nil {
			// The item is a block of its own, which begins behind the dash.
			inner := indent + len(text) - len(rest)
			p.lines[p.next] = strings.Repeat(" ", inner) + rest
			v, err = p.block(inner, depth+1)
		} else {
			p.next++
			v, err = p.value(rest, indent, false, depth)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
}

// mapping reads the entries that begin at this indentation.
func (p *parser) mapping(indent, depth int) (any, error) {
	m := map[string]any{}
	for {
		text, at, err := p.peek()
		if err != nil || at < indent || at == indent && isItem(text) && len(m) > 0 {
			return m, err
		}
		p.next++
		if at > indent {
			return nil, p.fail("is indented further than the lines above")
		}
		name, rest, err := key(text, false)
		if err != nil {
			return nil, p.fail(err.Error())
		}
		if _, again := m[name]; again {
			return nil, p.fail("repeats a key")
		}
		if depth == 1 {
			p.top[name] = p.next
		}
		if m[name], err = p.value(rest, indent, true, depth); err != nil {
			return nil, err
		}
	}
}

// value reads what follows a key or a dash: text on the same line, or the block
// below. The list of a key may begin where the key does.
func (p *parser) value(rest string, indent int, ofKey bool, depth int) (any, error) {
	if rest == "" || rest[0] == '#' {
		text, at, err := p.peek()
		if err != nil || at < indent || at == indent && (!ofKey || !isItem(text)) {
			return nil, err
		}
		return p.block(at, depth+1)
	}
	begin := p.next
	text, err := p.gather(rest, indent)
	if err != nil {
		return nil, err
	}
	v, rest, err := inline(text, false, depth)
	if err != nil {
		return nil, &Error{begin, err.Error()}
	}
	if end := strings.TrimLeft(rest, " "); end != "" && (end[0] != '#' || end == rest) {
		return nil, &Error{begin, "goes on after the end of a value; put texts with special characters in quotes"}
	}
	return v, nil
}

// gather adds to a text the lines in which it goes on: all that are indented
// further than the key it belongs to, up to the quote or comment that ends it.
func (p *parser) gather(text string, indent int) (string, error) {
	if text[0] == '[' || text[0] == '{' {
		return text, nil
	}
	quoted := text[0] == '"' || text[0] == '\''
	for range maxLines {
		if quoted && endOfQuotes(text) > 0 || !quoted && strings.Contains(text, " #") {
			return text, nil
		}
		n := p.next
		for n < len(p.lines) && strings.Trim(p.lines[n], " ") == "" {
			n++
		}
		var more string
		if n < len(p.lines) {
			more = strings.TrimLeft(p.lines[n], " ")
		}
		_, _, noKey := key(more, false)
		if more == "" || len(p.lines[n])-len(more) <= indent || !quoted && (more[0] == '#' || noKey == nil) {
			return text, nil
		}
		empty := n - p.next
		p.next = n + 1
		var err error
		if text, err = fold(text, empty, more); err != nil {
			return "", p.fail(err.Error())
		}
	}
	return "", p.fail("goes on with a text over too many lines")
}
