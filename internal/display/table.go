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
	s := d.screen
	type entry struct{ name, text string }
	var entries []entry
	metrics, more := firstKeys(d.trends, maxMetrics)
	for _, name := range metrics {
		t := d.trends[name]
		line := t.sparkline(sparkWidth)
		entries = append(entries, entry{name, s.style.Cyan(line) + strings.Repeat(" ", sparkWidth-term.Width(line)) + "  " + t.values()})
	}
	pictures, morePictures := firstKeys(d.media, maxMedia)
	for _, name := range pictures {
		text := d.media[name].text()
		if chart, ok := d.charts[name]; ok {
			name, text = chart[0], chart[1]+", "+text
		}
		entries = append(entries, entry{name, text})
	}
	wide := 0
	for i, e := range entries {
		entries[i].name = term.Cut(clean(e.name), maxName)
		wide = max(wide, term.Width(entries[i].name))
	}
	var b strings.Builder
	for i, e := range entries {
		line := "  " + term.Pad(e.name, wide) + "  " + e.text
		if i >= len(metrics) {
			line = term.Cut(line, columns-len(mark)-1)
		}
		b.WriteString(s.line(line))
	}
	if more += morePictures; more > 0 {
		b.WriteString(s.line(fmt.Sprintf("  and %d more", more)))
	}
	return b.String()
}

// firstKeys returns the first keys in order, at most limit, and how many more there are.
func firstKeys[V any](m map[string]V, limit int) (keys []string, more int) {
	keys = slices.Sorted(maps.Keys(m))
	more = max(0, len(keys)-limit)
	return keys[:len(keys)-more], more
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
