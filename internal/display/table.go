package display

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/term"
)

// Limits of the table.
const (
	maxMetrics = 20
	sparkWidth = 24
	maxName    = 32
)

// table has one line per metric: name, sparkline, first and last value; and one per key with
// media. d.mu is held.
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
	pictures, morePictures := d.media.names()
	cut := make([]string, len(pictures))
	for i, name := range pictures {
		if chart, ok := d.charts[name]; ok {
			name = chart[0]
		}
		cut[i] = term.Cut(clean(name), maxName)
		wide = max(wide, term.Width(cut[i]))
	}
	s := d.screen
	var b strings.Builder
	for i, name := range names {
		t := d.trends[name]
		line := t.sparkline(sparkWidth)
		b.WriteString(s.line("  " + term.Pad(shown[i], wide) + "  " +
			s.style.Cyan(line) + strings.Repeat(" ", sparkWidth-term.Width(line)) + "  " + t.values()))
	}
	for i, name := range pictures {
		text := d.media[name].text()
		if chart, ok := d.charts[name]; ok {
			text = chart[1] + ", " + text
		}
		text = "  " + term.Pad(cut[i], wide) + "  " + text
		b.WriteString(s.line(term.Cut(text, columns-len(mark)-1)))
	}
	if more = max(more, 0) + morePictures; more > 0 {
		b.WriteString(s.line(fmt.Sprintf("  and %d more", more)))
	}
	return b.String()
}

// values shows the first and the last value, or the only one.
func (t *trend) values() string {
	if t.seen == 1 {
		return number(t.last)
	}
	return number(t.first) + " → " + number(t.last)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 5, 64) }

// clean makes foreign text safe for a terminal line.
func clean(text string) string { return plaintext.Line(text, plaintext.NoLimit) }
