package console

import "time"

const (
	// height is how many lines the cursor can go back to.
	height = 32
	// maxRunes is how long a line can be; the rest of it is cut.
	maxRunes = 4096
)

// line is one line of a screen. Its number is its place in the logs tab.
type line struct {
	index int64
	at    time.Time // when it was created
	text  []rune
	shown int  // how much of text is sent: not the blanks behind the last change
	dirty bool // changed since it was last sent
}

// screen is the terminal of one stream. It holds the last lines only: what
// scrolls out at the top is handed to the owner and cannot change any more.
//
// Lines come into being when something is written in or below them, which is
// when they get their numbers; a newline alone makes none. So the lines that
// exist are always the first of the 32 rows.
type screen struct {
	lines [height]*line
	count int // how many of lines exist
	row   int // where the cursor is; the row need not exist yet
	col   int
	esc   escape

	// create makes a line with the next number. It may reuse old, the line that
	// scrolled out last.
	create func() *line
	// retire takes a line that scrolled out.
	retire func(*line)
}

// escape is how much of an escape sequence was read.
type escape uint8

const (
	noEscape escape = iota
	gotEsc          // ESC
	gotCSI          // ESC [
)

// write interprets one rune. Only ESC [ A and ESC [ B, exactly so, move the
// cursor; every other escape stays in the text, where the web UI shows colours.
// A sequence with a count is such a text: the official client knows none, and
// the rune that ends a sequence it does not know is text even if it is a
// newline.
func (s *screen) write(r rune) {
	switch s.esc {
	case noEscape:
		switch r {
		case '\x1b':
			s.esc = gotEsc
		case '\n':
			s.down()
			s.col = 0
		case '\r':
			s.col = 0
		default:
			s.put(r)
		}
	case gotEsc:
		if r == '[' {
			s.esc = gotCSI
			return
		}
		s.esc = noEscape
		s.put('\x1b')
		s.put(r)
	case gotCSI:
		s.esc = noEscape
		switch r {
		case 'A':
			s.row = max(s.row-1, 0)
		case 'B':
			s.down()
		default:
			s.put('\x1b')
			s.put('[')
			s.put(r)
		}
	}
}

// down moves the cursor one row down and scrolls when there is none.
func (s *screen) down() {
	if s.row < height-1 {
		s.row++
		return
	}
	if s.count == 0 {
		return
	}
	first := s.lines[0]
	copy(s.lines[:], s.lines[1:s.count])
	s.count--
	s.lines[s.count] = nil
	s.retire(first)
}

// put writes a rune at the cursor.
func (s *screen) put(r rune) {
	for s.count <= s.row {
		l := s.create()
		l.dirty = true
		s.lines[s.count] = l
		s.count++
	}
	if s.col >= maxRunes {
		return
	}
	l := s.lines[s.row]
	for len(l.text) <= s.col {
		l.text = append(l.text, ' ')
	}
	// A blank where there was nothing changes nothing that is seen, so that
	// blanks at the end of a line are sent only with a later change of it.
	if l.text[s.col] != r {
		l.text[s.col] = r
		l.shown = len(l.text)
		l.dirty = true
	}
	s.col++
}
