package runstore

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/console"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// maxConsole is how many lines of a console are kept: the last ones.
const maxConsole = 200_000

// ConsoleLine is a line of a run's console, as a terminal shows it. The text has the
// escape sequences for colors, and anything else that a program wrote.
type ConsoleLine struct {
	Number int     `json:"n"` // from 0
	Text   string  `json:"text"`
	Stderr bool    `json:"stderr"`
	Time   float64 `json:"time"` // in seconds since 1970, 0 if it is not known
}

// consoleReader has the lines of a log up to a position.
type consoleReader struct {
	mu       sync.Mutex
	terminal *console.Terminal
	now      time.Time
	at       journal.Position
	lines    []ConsoleLine
	first    int // the number of lines[0]
}

// Console returns the lines of the console that are kept: those after the first, which is
// the number of the first of them. It reads the log from where the last call ended.
func (r *Run) Console(ctx context.Context) (lines []ConsoleLine, err error) {
	if r.feed != nil {
		return consoleLines(r.feed.Read().Console), nil
	}
	first := 0
	for _, l := range r.logLives() {
		own, err := l.run.ownConsole(ctx)
		if err != nil {
			return nil, err
		}
		for _, line := range own {
			line.Number += first
			lines = append(lines, line)
		}
		if n := len(lines); n > 0 {
			first = lines[n-1].Number + 1
		}
	}
	return lines, nil
}

// ownConsole returns the lines in one log.
func (r *Run) ownConsole(ctx context.Context) ([]ConsoleLine, error) {
	c := &r.console
	c.mu.Lock()
	defer c.mu.Unlock()
	end := r.end()
	if c.terminal == nil || end.Offset < c.at.Offset {
		c.reset()
	}
	if end.Offset > c.at.Offset {
		f, err := smallfile.Open(r.dir.Journal())
		if err != nil {
			return nil, fmt.Errorf("open log: %w", err)
		}
		defer func() { _ = f.Close() }()
		if err := c.read(ctx, f, r.snapshot()); err != nil {
			return nil, err
		}
	}
	c.terminal.Flush()
	return append([]ConsoleLine(nil), c.lines...), nil
}

func (c *consoleReader) reset() {
	c.at, c.lines, c.first = journal.Position{}, nil, 0
	c.terminal = console.New(console.Options{
		Now:   func() time.Time { return c.now },
		Delay: 24 * time.Hour, // it is flushed
		Emit:  c.set,
	})
}

// read feeds the console's records of the parts to the terminal. Parts without any are
// passed over.
func (c *consoleReader) read(ctx context.Context, f *os.File, parts []*part) error {
	var d wire.Decoder
	var entry wire.Entry
	for _, p := range parts {
		if p.to.Offset <= c.at.Offset {
			continue
		}
		if p.console == 0 {
			c.at = p.to
			continue
		}
		from := p.from
		if c.at.Offset > from.Offset {
			from = c.at
		}
		err := journal.NewReaderAt(f, from).Each(func(offset int64, payload []byte) error {
			if offset >= p.to.Offset || ctx.Err() != nil {
				return journal.ErrStop
			}
			if kind, _, err := wire.Peek(payload); err != nil || kind != wire.KindOther {
				return nil //nolint:nilerr // damage is reported by the parts
			}
			if d.Decode(&entry, payload) == nil {
				c.add(entry.Body)
			}
			return nil
		})
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("read console: %w", err)
		}
		c.at = p.to
	}
	return nil
}

func (c *consoleReader) add(rec record.Record) {
	switch b := rec.(type) {
	case *record.OutputRaw:
		c.now = b.Timestamp
		stream := console.Stderr
		if b.Stdout {
			stream = console.Stdout
		}
		_, _ = c.terminal.Writer(stream).Write([]byte(b.Text)) // it always succeeds
	case *record.OutputLogger:
		c.now = time.Time{}
		c.terminal.AppendText(b.Text)
	}
}

// set takes a line of the terminal.
func (c *consoleReader) set(index int64, line []byte) {
	at := int(index) - c.first
	if at < 0 {
		return
	}
	for at >= len(c.lines) {
		c.lines = append(c.lines, ConsoleLine{Number: c.first + len(c.lines)})
	}
	l := parseConsoleLine(string(line))
	l.Number = int(index)
	c.lines[at] = l
	if len(c.lines) > maxConsole+maxConsole/4 {
		cut := len(c.lines) - maxConsole
		c.lines = append([]ConsoleLine(nil), c.lines[cut:]...)
		c.first += cut
	}
}

// consoleTime is the time at the start of a line.
const consoleTime = "2006-01-02T15:04:05.000000"

// parseConsoleLine reads a line as a server stores it: a word if it is of the standard
// error, the time, and the text.
func parseConsoleLine(s string) ConsoleLine {
	rest, isErr := strings.CutPrefix(s, "ERROR ")
	if len(rest) > len(consoleTime) && rest[len(consoleTime)] == ' ' {
		if at, err := time.Parse(consoleTime, rest[:len(consoleTime)]); err == nil {
			l := ConsoleLine{Text: rest[len(consoleTime)+1:], Stderr: isErr}
			if at.Year() > 1 {
				l.Time = Seconds(at)
			}
			return l
		}
	}
	return ConsoleLine{Text: s}
}
