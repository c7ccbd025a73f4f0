package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	xterm "golang.org/x/term"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/term"
)

// Lines for a person fit the terminal, within these limits. Elsewhere they have
// defaultColumns.
const (
	minColumns     = 50
	maxColumns     = 100
	defaultColumns = 80
)

// printer writes text for a person and remembers the first failure.
type printer struct {
	w     io.Writer
	style term.Style
	// width is how many columns the terminal has, 0 for defaultColumns.
	width int
	// redact, if set, removes what must not be shown: servers echo requests.
	redact func(string) string
	err    error
}

// columns is how long a line may be.
func (p *printer) columns() int {
	return min(max(cmp.Or(p.width, defaultColumns), minColumns), maxColumns)
}

// printf writes formatted text, unless writing has failed before.
func (p *printer) printf(format string, args ...any) {
	if p.err != nil {
		return
	}
	text := fmt.Sprintf(format, args...)
	if p.redact != nil {
		text = p.redact(text)
	}
	_, p.err = io.WriteString(p.w, text)
}

// line writes columns that are separated by tabs, for programs. printable leaves no tab in
// them.
func (p *printer) line(columns ...string) {
	for i := range columns {
		columns[i] = printable(columns[i])
	}
	p.printf("%s\n", strings.Join(columns, "\t"))
}

// plain writes a number for programs.
func plain(n int64) string { return strconv.FormatInt(n, 10) }

// hanging writes text in lines, the first behind lead and the others behind indent,
// which is as wide as lead.
func (p *printer) hanging(lead, indent, text string) {
	for _, line := range wrap(text, p.columns()-len(indent)) {
		p.printf("%s%s\n", lead, line)
		lead = indent
	}
}

// progressLine is the last line of a terminal while a command works.
type progressLine struct {
	*printer
	live  bool // the output is a terminal
	drawn time.Time
	shown bool // it is on the screen
}

// redrawEvery is the shortest time between two updates of a progress line.
const redrawEvery = 100 * time.Millisecond

// due reports whether the line may be drawn again.
func (l *progressLine) due() bool { return l.live && time.Since(l.drawn) >= redrawEvery }

// draw replaces the line by a mark and as much of a text as fits behind it.
func (l *progressLine) draw(mark, text string) {
	l.drawn, l.shown = time.Now(), true
	room := cmp.Or(l.width, defaultColumns) - 1 - term.Width(mark)
	l.printf("\r\x1b[K%s%s", l.style.Dim(mark), term.Cut(text, room))
}

func (l *progressLine) erase() {
	if l.shown {
		l.shown = false
		l.printf("\r\x1b[K")
	}
}

// columns is how wide the terminal w is, or the variable COLUMNS if w is not a
// terminal. It is 0 if neither is known.
func columns(w io.Writer, getenv func(string) string) int {
	if file, ok := w.(*os.File); ok && term.IsTerminal(w) {
		if n, _, err := xterm.GetSize(int(file.Fd())); err == nil && n > 0 { //nolint:gosec // descriptors are small
			return n
		}
	}
	n, err := strconv.Atoi(getenv("COLUMNS"))
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// printer makes a printer of stdout. It colors if color is allowed and stdout is a
// terminal.
func (a *app) printer(color bool) *printer { return a.printerOn(a.stdout, color) }

// printerOn is printer for another output.
func (a *app) printerOn(w io.Writer, color bool) *printer {
	return &printer{w: w, style: term.NewStyle(color && term.Colors(w, a.env.get)), width: columns(w, a.env.get)}
}

// tell prints a text of one line to w, which on a terminal is broken into lines that fit
// it.
func (a *app) tell(w io.Writer, text string) error {
	p := a.printerOn(w, false)
	if term.IsTerminal(w) {
		p.hanging("", "", text)
	} else {
		p.printf("%s\n", text)
	}
	return p.err
}

// wrap makes foreign text printable and breaks it at spaces into lines of at most width
// characters.
func wrap(text string, width int) []string {
	var b strings.Builder
	plaintext.Wrap(&b, width, "", "", printable(text))
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// printable makes foreign text safe for a terminal line.
func printable(text string) string { return plaintext.Line(text, plaintext.NoLimit) }

// counted writes a number with its noun.
func counted[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return plaintext.Grouped(int64(n)) + " " + noun + "s"
}

// rounded is a duration as a person says it: 85ms, 2.3s, 1m40s.
func rounded(d time.Duration) time.Duration {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond)
	case d < 10*time.Second:
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}

// encodeJSON writes a JSON document in which all is printable.
func encodeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(plaintext.JSON(b.Bytes()))
	return err
}
