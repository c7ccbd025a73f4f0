package settings

import (
	"bytes"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/secret"
)

// netrcEntry is one machine of a netrc file.
type netrcEntry struct {
	machine   string // "" for the default entry
	isDefault bool
	password  secret.Key
	line      int // where the entry starts, from 1

	// The offsets of the password, and of the end of the entry's last field. passwordEnd
	// is 0 if there is no password.
	passwordBegin, passwordEnd, end int
}

// netrcFile is a parsed netrc.
type netrcFile struct{ entries []netrcEntry }

// find returns the entry for the first of the machines that has one, else the default
// entry. Of several entries for one machine the last counts, as in the official client.
func (f *netrcFile) find(machines ...string) (netrcEntry, bool) {
	for _, machine := range machines {
		for _, e := range slices.Backward(f.entries) {
			if !e.isDefault && strings.EqualFold(e.machine, machine) {
				return e, true
			}
		}
	}
	for _, e := range slices.Backward(f.entries) {
		if e.isDefault {
			return e, true
		}
	}
	return netrcEntry{}, false
}

// machines returns the named machines in order, each once.
func (f *netrcFile) machines() []string {
	var out []string
	for _, e := range f.entries {
		if !e.isDefault && !slices.Contains(out, e.machine) {
			out = append(out, e.machine)
		}
	}
	return out
}

// parseNetrc parses a netrc file. As in the official client, an unexpected word makes the
// whole file unusable: a guess at the start of the next entry could pair a machine with
// another machine's password.
func parseNetrc(data []byte) (*netrcFile, error) {
	lex := &netrcLexer{data: data, line: 1}
	if bytes.HasPrefix(data, []byte(byteOrderMark)) {
		lex.pos = len(byteOrderMark)
	}
	file := &netrcFile{}
	for {
		tok := lex.next()
		switch {
		case tok.end:
			return file, nil
		case tok.isComment():
			lex.skipLine(tok.line)
		case tok.text == "machine":
			name := lex.next()
			if name.end || name.text == "" {
				return nil, &lineError{tok.line, "machine without a name"}
			}
			if err := lex.entry(file, netrcEntry{machine: name.text, line: tok.line, end: name.stop}); err != nil {
				return nil, err
			}
		case tok.text == "default":
			if err := lex.entry(file, netrcEntry{isDefault: true, line: tok.line, end: tok.stop}); err != nil {
				return nil, err
			}
		case tok.text == "macdef":
			name := lex.next()
			lex.skipLine(name.line)
			lex.skipMacro()
		default:
			return nil, &lineError{tok.line, "expected machine, default or macdef"}
		}
	}
}

// netrcToken is a word of the file.
type netrcToken struct {
	text   string
	line   int
	begin  int // offset of its first byte
	stop   int // offset after its last byte
	quoted bool
	end    bool // no more tokens
}

func (t netrcToken) isComment() bool { return !t.quoted && strings.HasPrefix(t.text, "#") }

// netrcLexer splits a netrc file into words.
type netrcLexer struct {
	data []byte
	pos  int
	line int // of data[pos]
}

// entry reads the fields that follow "machine NAME" or "default".
func (l *netrcLexer) entry(file *netrcFile, e netrcEntry) error {
	for {
		before := *l
		tok := l.next()
		switch {
		case tok.isComment():
			l.skipLine(tok.line)
			continue
		case tok.end, tok.text == "machine", tok.text == "default", tok.text == "macdef":
			*l = before // the next entry starts here
			file.entries = append(file.entries, e)
			return nil
		}
		value := l.next()
		e.end = value.stop
		switch tok.text {
		case "password":
			e.password, e.passwordBegin, e.passwordEnd = secret.New(value.text), value.begin, value.stop
		case "login", "user", "account":
		default:
			return &lineError{tok.line, "expected login, account or password"}
		}
	}
}

func (l *netrcLexer) read() (byte, bool) {
	if l.pos >= len(l.data) {
		return 0, false
	}
	c := l.data[l.pos]
	l.pos++
	if c == '\n' {
		l.line++
	}
	return c, true
}

func isNetrcSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// next returns the next word. A word may be in double quotes, with backslash escapes, or
// in single quotes on one line, which the official client writes around values that need
// quotes.
func (l *netrcLexer) next() netrcToken {
	for {
		tok := netrcToken{line: l.line, begin: l.pos, stop: l.pos}
		c, ok := l.read()
		switch {
		case !ok:
			tok.end = true
			return tok
		case isNetrcSpace(c):
			continue
		case c == '"':
			tok.quoted = true
			tok.text, _ = l.until(func(c byte) bool { return c == '"' })
			tok.stop = l.pos
			return tok
		case c == '\'':
			rest := l.data[l.pos:]
			if n := bytes.IndexAny(rest, "'\n"); n >= 0 && rest[n] == '\'' {
				l.pos += n + 1
				tok.quoted, tok.stop = true, l.pos
				tok.text = string(rest[:n])
				return tok
			}
		}
		l.pos-- // c is not a newline, so the line number is right
		var ended bool
		tok.text, ended = l.until(isNetrcSpace)
		if tok.stop = l.pos; ended {
			tok.stop--
		}
		return tok
	}
}

// until reads up to and including the byte that ends the word, and reports whether there
// was such a byte.
func (l *netrcLexer) until(end func(byte) bool) (word string, ended bool) {
	var b strings.Builder
	for {
		c, ok := l.read()
		if !ok || end(c) {
			return b.String(), ok
		}
		if c == '\\' {
			if c, ok = l.read(); !ok {
				return b.String(), false
			}
		}
		b.WriteByte(c)
	}
}

// skipLine skips the rest of a comment that started on line, whose newline may already
// have been read.
func (l *netrcLexer) skipLine(line int) {
	for l.line == line {
		if _, ok := l.read(); !ok {
			return
		}
	}
}

// skipMacro skips a macro's body, which ends at an empty line or at the end of the file.
func (l *netrcLexer) skipMacro() {
	for l.pos < len(l.data) {
		rest := l.data[l.pos:]
		n := bytes.IndexByte(rest, '\n')
		if n < 0 {
			l.pos = len(l.data)
			return
		}
		l.pos += n + 1
		l.line++
		if len(bytes.TrimRight(rest[:n], "\r")) == 0 {
			return
		}
	}
}
