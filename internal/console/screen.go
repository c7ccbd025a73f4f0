package console

import "time"

const (
	// height is the number of lines that the cursor can reach.
	height = 32
	// maxRunes is the length at which a line is cut.
	maxRunes = 4096
)

// line is one line of a screen. Its index is its number in the logs tab.
type line struct {
	stream Stream
	index  int64
	at     time.Time // when it was created
	text   []rune
	shown  int  // the part of text that is sent: without spaces after the last change
	dirty  bool // changed since it was last sent
}

// screen is the terminal of one stream. It holds the last lines only. A line that
// scrolls out at the top can no longer change.
//
// A line is created, and numbered, when text is written in it or below it; a newline
// alone creates none. So the existing lines are always the first of the 32 rows.
type screen struct {
	lines [height]*line
	count int // the number of existing lines
	row   int // of the cursor; the line need not exist yet
	col   int
	esc   escape

	terminal *Terminal // creates the lines, and gets those that scroll out
	stream   Stream
}

// escape is the part of an escape sequence that was read.
type escape uint8

const (
	noEscape escape = iota
	gotEsc          // ESC
	gotCSI          // ESC [
)

// write interprets one rune. Only the exact sequences ESC [ A and ESC [ B move the
// cursor. Every other sequence stays in the text, where the web UI shows colors. As in
// the official client, this includes sequences with a count, and the rune after ESC or
// ESC [ is text even if it is a newline.
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

// down moves the cursor down one row, and scrolls on the last row.
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
	s.terminal.retire(first)
}

// put writes a rune at the cursor.
func (s *screen) put(r rune) {
	for s.count <= s.row {
		l := s.terminal.create(s.stream)
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
	// A space after the end of a line changes nothing visible, so it is sent only with
	// a later change.
	if l.text[s.col] != r {
		l.text[s.col] = r
		l.shown = len(l.text)
		l.dirty = true
	}
	s.col++
}
