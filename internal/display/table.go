package display

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/internal/term"
)

// Limits of what is shown.
const (
	maxMetrics = 20
	sparkWidth = 24
	maxName    = 32
)

// table has a line per metric: name, course, first and last value. d.mu is held.
func (d *Display) table() string {
	names := slices.Sorted(maps.Keys(d.trends))
	more := len(names) - maxMetrics
	names = names[:min(len(names), maxMetrics)]
	shown := make([]string, len(names))
	wide := 0
	for i, name := range names {
		shown[i] = term.Cut(clean(name), maxName)
		wide = max(wide, term.Width(shown[i]))
	}
	s := d.screen
	var b strings.Builder
	for i, name := range names {
		t := d.trends[name]
		line := t.sparkline(sparkWidth)
		b.WriteString(s.line("  " + term.Pad(shown[i], wide) + "  " +
			s.style.Cyan(line) + strings.Repeat(" ", sparkWidth-term.Width(line)) + "  " + t.values()))
	}
	if more > 0 {
		b.WriteString(s.line(fmt.Sprintf("  and %d more", more)))
	}
	return b.String()
}

// values are the first and the last value, once if there is no other.
func (t *trend) values() string {
	if t.seen == 1 {
		return number(t.last)
	}
	return number(t.first) + " → " + number(t.last)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 5, 64) }

// clean keeps names and messages on one line, in their order, and free of terminal
// commands.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r >= 0x7f && r < 0xa0: // controls
			return ' '
		case r == 0x2028, r == 0x2029: // line and paragraph separator
			return ' '
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // turn the direction of writing
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
