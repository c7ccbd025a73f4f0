package syncrun

import (
	"context"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/console"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
)

// stream sends rows, events and console lines.
func (u *upload) stream(ctx context.Context, out *output) error {
	p := u.resume
	var now time.Time
	var sending error // of console lines, because Emit cannot return it
	term := console.New(console.Options{
		Now:   func() time.Time { return now },
		Delay: never,
		File:  out.file,
		Emit: func(index int64, line []byte) {
			if sending == nil && !p.noConsole {
				err := u.sink.Put(&record.ConsoleLine{Index: index, Text: line})
				sending = u.put(ctx, len(line)+lineOverhead, err)
			}
		},
	})
	stdout, stderr := term.Writer(console.Stdout), term.Writer(console.Stderr)
	var changed []byte
	var row record.Row
	_, err := replay(u.log, &journal.Handler{
		History: func(line []byte, _ int64) error {
			if u.rows++; !p.sends(u.rows-1) || u.rows > u.contents.Rows {
				return nil
			}
			if shift := p.shiftOf(u.rows - 1); shift != 0 {
				changed = appendShifted(changed[:0], line, shift)
				line = changed
			}
			row.Line = line
			if err := u.put(ctx, len(line), u.sink.Row(&row)); err != nil {
				return err
			}
			u.progress()
			return nil
		},
		Event: func(line []byte) error {
			if u.events++; u.isThereEvent(line) {
				u.known = u.events
				return nil
			}
			if u.log.late {
				changed = appendRuntime(changed[:0], line, u.contents.Run.StartTime)
				line = changed
			}
			return u.put(ctx, len(line), u.sink.Put(&record.EventLine{Text: line}))
		},
		Console: func(c journal.Console) error {
			now = c.Timestamp
			if c.Logger {
				if now.IsZero() {
					now = time.Now()
				}
				term.AppendText(c.Text)
				return sending
			}
			to := stdout
			if c.Stderr {
				to = stderr
			}
			_, _ = to.Write([]byte(c.Text))
			return sending
		},
	})
	out.close(term.Close())
	u.result.ConsoleLines = term.Lines()
	switch {
	case err != nil:
		return err
	case sending != nil:
		return sending
	}
	if p.noConsole && u.result.ConsoleLines > 0 {
		u.warn("the console lines were skipped because it is not known where they start on the server")
	}
	if out.err != nil {
		u.warn("the file %s was skipped: %v", fileOutput, out.err)
	}
	return nil
}

// lineOverhead is about how much memory a console line needs in addition to its text.
// Otherwise, short lines would fill the stream's memory before a flush is due.
const lineOverhead = 64

// never is a delay that no console line reaches.
const never = 24 * time.Hour

// isThereEvent reports whether the server has an event; u.events is its number. If the
// number of events on the server is not known, the time decides, although clocks can be
// set back.
func (u *upload) isThereEvent(line []byte) bool {
	p := u.resume
	if p.counted >= 0 {
		return u.events <= p.counted
	}
	at, ok := number(line, keyTimestamp)
	return ok && at <= p.since+sameSample
}

// appendRuntime appends an event with its time since the start of the run. A replay can
// only add it if the run record precedes the event.
func appendRuntime(dst, line []byte, started time.Time) []byte {
	begin, end := jsonx.Find(line, keyRuntime)
	at, ok := number(line, keyTimestamp)
	if begin < 0 || !ok || started.IsZero() {
		return append(dst, line...)
	}
	since := at - float64(started.UnixMicro())/1e6
	dst = append(dst, line[:begin]...)
	dst = strconv.AppendFloat(dst, since, 'f', -1, 64)
	return append(dst, line[end:]...)
}
