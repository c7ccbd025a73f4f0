package main

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/term"
)

// column is a column of a table.
type column struct {
	title string
	// right aligns the column to the right.
	right bool
	// whole columns are never cut, because they are there to be copied.
	whole bool
	// optional columns are left out of a terminal that is too narrow, the one with the
	// lowest number first. 0 is always shown.
	optional int
}

const (
	// maxCell is the greatest width of a column that is not whole.
	maxCell = 32
	gap     = "  "
)

// table prints rows of cells below the titles of their columns.
func (p *printer) table(columns []column, rows [][]string) {
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i] = c.title
	}
	rows = append([][]string{titles}, rows...)
	widths := make([]int, len(columns))
	for _, row := range rows {
		for i, text := range row {
			row[i] = printable(text)
			if !columns[i].whole {
				row[i] = cutMiddle(row[i], maxCell)
			}
			widths[i] = max(widths[i], term.Width(row[i]))
		}
	}
	shown := p.fitting(columns, widths)
	for _, row := range rows {
		var line strings.Builder
		for _, i := range shown {
			pad := strings.Repeat(" ", widths[i]-term.Width(row[i]))
			if columns[i].right {
				line.WriteString(pad + row[i] + gap)
			} else {
				line.WriteString(row[i] + pad + gap)
			}
		}
		p.printf("%s\n", strings.TrimRight(line.String(), " "))
	}
}

// fitting returns the indexes of the columns that fit the terminal.
func (p *printer) fitting(columns []column, widths []int) []int {
	var shown []int
	total, last := 0, 0
	for i, w := range widths {
		shown = append(shown, i)
		total += w + len(gap)
		last = max(last, columns[i].optional)
	}
	for n := 1; n <= last && p.width > 0 && total-len(gap) > p.width; n++ {
		shown = slices.DeleteFunc(shown, func(i int) bool {
			drop := columns[i].optional == n
			if drop {
				total -= widths[i] + len(gap)
			}
			return drop
		})
	}
	return shown
}

// cutMiddle cuts a text in its middle, because names differ at both ends.
func cutMiddle(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	half := (limit - 1) / 2
	return string(runes[:half]) + "…" + string(runes[len(runes)-(limit-1-half):])
}

// cellText is a value in a table: fractions in at most six digits, and lists and objects in JSON.
func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 { // such as a number of samples
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return strconv.FormatFloat(v, 'g', 6, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	}
	text, err := json.Marshal(v)
	if err != nil { // of a NaN within
		return "…"
	}
	return string(jsonx.NullNonFinite(text))
}

func sortedKeys[V any](object map[string]V) []string { return slices.Sorted(maps.Keys(object)) }
