// Package display shows a person at a terminal what becomes of a run: its link
// when it starts, progress while the end is uploaded, and at last a summary.
package display

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/wandgo/wandgo/internal/term"
)

// Limits of what is shown.
const (
	maxMetrics = 20
	sparkWidth = 24
	maxName    = 32
)

// Display writes to one terminal. A nil Display is silent. It is safe for
// concurrent use; failures to write are ignored, as nothing depends on it.
type Display struct {
	w     io.Writer
	style term.Style

	mu     sync.Mutex
	trends map[string]*trend
	order  []string
	rows   int64
	line   int // length of the progress line that stands on the screen
}

// New makes a Display on w, or nil where w is no terminal.
func New(w io.Writer, getenv func(string) string) *Display {
	if w == nil || !term.IsTerminal(w) {
		return nil
	}
	return newDisplay(w, term.StyleFor(w, getenv))
}

func newDisplay(w io.Writer, style term.Style) *Display {
	return &Display{w: w, style: style, trends: make(map[string]*trend)}
}

// Start tells that the run began.
func (d *Display) Start(name, url string, resumed bool) {
	if d == nil {
		return
	}
	verb := "run"
	if resumed {
		verb = "resumed run"
	}
	d.say("%s %s %s\n", d.mark(), verb, d.style.Bold(clean(name)))
	if url != "" {
		d.say("%s %s\n", d.mark(), d.style.Cyan(url))
	}
}

// waitingAfter is how long nobody wonders.
const waitingAfter = 5 * time.Second

// Waiting tells, after a while, that the server has not answered yet and how long it
// is given. end says that it has, or that nobody waits any more.
func (d *Display) Waiting(server string, patience time.Duration) (end func()) {
	if d == nil || patience <= waitingAfter {
		return func() {}
	}
	told := make(chan struct{})
	timer := time.AfterFunc(waitingAfter, func() {
		defer close(told)
		d.say("%s %s\n", d.mark(), d.style.Yellow(fmt.Sprintf("no answer from %s yet; it has another %s", clean(server), (patience-waitingAfter).Round(time.Second))))
	})
	return func() {
		if !timer.Stop() {
			<-told
		}
	}
}

// Offline tells that the run goes on on disk, and why; reason may be "".
func (d *Display) Offline(dir, reason string) {
	if d == nil {
		return
	}
	if reason != "" {
		d.say("%s %s\n", d.mark(), d.style.Yellow(clean(reason)))
	}
	d.say("%s going on without the server; the data is kept in %s\n", d.mark(), d.style.Bold(dir))
}

// Nowhere tells that the run goes on and is kept nowhere, and why.
func (d *Display) Nowhere(reason string) {
	if d != nil {
		d.say("%s %s\n", d.mark(), d.style.Yellow(clean(reason)))
		d.say("%s going on without the server and without a place on disk: %s\n", d.mark(), d.style.Red("nothing of this run is kept"))
	}
}

// Stopped tells that a user stopped the run in the web UI.
func (d *Display) Stopped() {
	if d != nil {
		d.say("%s %s\n", d.mark(), d.style.Yellow("the run was stopped in the web UI"))
	}
}

// Row takes the numbers of a row into the trends.
func (d *Display) Row(row map[string]any) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rows++
	d.add("", row)
}

func (d *Display) add(prefix string, row map[string]any) {
	for key, v := range row {
		switch v := v.(type) {
		case float64:
			d.point(prefix+key, v)
		case float32:
			d.point(prefix+key, float64(v))
		case int:
			d.point(prefix+key, float64(v))
		case int64:
			d.point(prefix+key, float64(v))
		case map[string]any:
			if prefix == "" {
				d.add(key+".", v)
			}
		}
	}
}

// maxTrends bounds how many metrics are followed at all.
const maxTrends = 200

func (d *Display) point(key string, v float64) {
	t := d.trends[key]
	if t == nil {
		if len(d.trends) == maxTrends || strings.HasPrefix(key, "_") {
			return
		}
		t = &trend{}
		d.trends[key] = t
		d.order = append(d.order, key)
	}
	t.add(v)
}

// Progress shows how far the upload at the end has come: rows that the server
// has of those logged, and files likewise.
func (d *Display) Progress(rows, ofRows int64, files, ofFiles int) {
	if d == nil {
		return
	}
	text := fmt.Sprintf("uploading: %d of %d rows", rows, ofRows)
	if ofFiles > 0 {
		text += fmt.Sprintf(", %d of %d files", files, ofFiles)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	width := utf8.RuneCountInString(text)
	pad := max(0, d.line-width)
	d.line = width
	fmt.Fprintf(d.w, "\r%s %s%s", d.mark(), text, strings.Repeat(" ", pad))
}

// End shows the summary, where the run is, and whether it ended well.
func (d *Display) End(url, dir string, err error) {
	if d == nil {
		return
	}
	d.mu.Lock()
	if d.line > 0 {
		fmt.Fprintf(d.w, "\r%s\r", strings.Repeat(" ", d.line+8))
		d.line = 0
	}
	table := d.table()
	rows := d.rows
	d.mu.Unlock()
	d.say("%s", table)
	switch {
	case err != nil && dir != "":
		d.say("%s %s\n", d.mark(), d.style.Red(clean(err.Error())))
		d.say("%s what the server does not have is kept in %s\n", d.mark(), d.style.Bold(dir))
		d.say("%s to bring it there later: wandgo sync %s\n", d.mark(), dir)
	case err != nil:
		d.say("%s %s\n", d.mark(), d.style.Red(clean(err.Error())))
	case dir != "":
		d.say("%s %s kept in %s\n", d.mark(), counted(rows), d.style.Bold(dir))
		d.say("%s to bring them to the server later: wandgo sync %s\n", d.mark(), dir)
	default:
		d.say("%s %s on the server: %s\n", d.mark(), counted(rows), d.style.Cyan(url))
	}
}

// table has a line per metric: name, course, first and last value.
func (d *Display) table() string {
	names := slices.Sorted(slices.Values(d.order))
	more := len(names) - maxMetrics
	names = names[:min(len(names), maxMetrics)]
	wide := 0
	for _, n := range names {
		wide = max(wide, min(maxName, utf8.RuneCountInString(clean(n))))
	}
	var b strings.Builder
	for _, n := range names {
		t := d.trends[n]
		name := shorten(clean(n), maxName)
		fmt.Fprintf(&b, "%s   %s%s  %s%s  %s\n", d.mark(),
			name, strings.Repeat(" ", wide-utf8.RuneCountInString(name)),
			d.style.Cyan(t.sparkline(sparkWidth)), strings.Repeat(" ", sparkWidth-min(sparkWidth, len(t.points))),
			number(t.last))
	}
	if more > 0 {
		fmt.Fprintf(&b, "%s   and %d more\n", d.mark(), more)
	}
	return b.String()
}

func counted(rows int64) string {
	if rows == 1 {
		return "1 row is"
	}
	return strconv.FormatInt(rows, 10) + " rows are"
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 5, 64) }

func shorten(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}

// clean keeps names and messages on one line and free of terminal commands.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || (r >= 0x7f && r < 0xa0) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

func (d *Display) mark() string { return d.style.Dim("wandgo:") }

func (d *Display) say(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	fmt.Fprintf(d.w, format, args...)
}
