package console

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Stream is one of the streams that a program writes to.
type Stream uint8

const (
	// Stdout is the standard output, and all text that is not an error.
	Stdout Stream = iota
	// Stderr is the standard error. The web UI shows its lines in red.
	Stderr

	streams
)

// defaultDelay is how long a change may wait for others of the same line. The file
// stream batches for longer than this, so the delay is not noticed.
const defaultDelay = 50 * time.Millisecond

// Options configures a Terminal. A Terminal without Emit and File does nothing.
type Options struct {
	// Label names the writer in every line, for a run with several writers.
	Label string
	// Now is the clock. The default is time.Now.
	Now func() time.Time
	// Delay is how long a changed line may wait before it is sent, so that not every
	// step of a progress bar is sent. The default is 50 ms.
	Delay time.Duration
	// Emit is called with each new or changed line and its number. The bytes are valid
	// until it returns. It is called by a writer or by a timer, and not concurrently.
	// It must return quickly, and must not write to the Terminal or wait for a
	// goroutine that does.
	Emit func(index int64, line []byte)
	// File, if set, stores the text of the lines. The Terminal closes it.
	File *File
}

// Terminal numbers the lines that a program writes to its standard output and error. As
// in the official client, each stream has its own screen, and they share the numbers.
//
// Memory is bounded: per stream, 32 lines of 4,096 characters can still change. The
// methods are safe for concurrent use. A Terminal has no goroutine, only a timer that
// Close stops. A nil *Terminal is not valid.
type Terminal struct {
	opts Options

	mu      sync.Mutex
	screens [streams]screen
	partial [streams]partial
	next    int64 // the number of the next line
	spare   *line // to be used again
	now     time.Time
	timer   *time.Timer
	armed   bool // the timer sends changed lines; else it only writes the file, or is stopped
	closed  bool
	text    []byte // buffers for emit
	out     []byte
	changed []*line // for flush
}

// partial is the beginning of a character that was split between two writes.
type partial struct {
	bytes [utf8.UTFMax]byte
	n     int
}

// New returns a Terminal. The caller must close it when the run finishes.
func New(opts Options) *Terminal {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Delay <= 0 {
		opts.Delay = defaultDelay
	}
	t := &Terminal{opts: opts}
	for i := range t.screens {
		t.screens[i].terminal, t.screens[i].stream = t, Stream(i)
	}
	return t
}

// Writer returns the writer of a stream. Its Write always succeeds, because a run must
// not disturb a program's output. Text after Close is dropped.
func (t *Terminal) Writer(stream Stream) io.Writer {
	return &writer{terminal: t, stream: min(stream, Stderr)}
}

type writer struct {
	terminal *Terminal
	stream   Stream
}

func (w *writer) Write(p []byte) (int, error) {
	w.terminal.write(w.stream, p)
	return len(p), nil
}

func (t *Terminal) write(stream Stream, p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || len(p) == 0 {
		return
	}
	s, part := &t.screens[stream], &t.partial[stream]
	t.now = time.Time{}
	for part.n > 0 && len(p) > 0 {
		part.bytes[part.n] = p[0]
		part.n++
		p = p[1:]
		if utf8.FullRune(part.bytes[:part.n]) {
			// A broken character becomes one replacement per byte, of which the
			// last may begin another character.
			held := part.bytes
			rest := held[:part.n]
			part.n = 0
			t.decode(s, part, rest)
		}
	}
	t.decode(s, part, p)
	t.arm()
}

// decode writes p to a screen and keeps an unfinished character at its end.
func (t *Terminal) decode(s *screen, part *partial, p []byte) {
	for len(p) > 0 {
		if c := p[0]; c < utf8.RuneSelf {
			s.write(rune(c))
			p = p[1:]
			continue
		}
		if !utf8.FullRune(p) {
			part.n = copy(part.bytes[:], p)
			return
		}
		r, size := utf8.DecodeRune(p)
		s.write(r)
		p = p[size:]
	}
}

// AppendText adds whole lines of any length without interpreting them. A newline at the
// end does not add another line.
func (t *Terminal) AppendText(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	t.now = time.Time{}
	for text := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		t.text = append(t.text[:0], strings.ToValidUTF8(text, "\ufffd")...)
		t.emit(t.next, t.clock(), Stdout)
		t.next++
	}
	t.arm() // for the file
}

// Lines returns the number of the next line: the count of all lines.
func (t *Terminal) Lines() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.next
}

// Flush sends the changed lines, including the unfinished one, and writes them to the
// file.
func (t *Terminal) Flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	t.flush()
	if t.opts.File != nil {
		_ = t.opts.File.Sync() // Close returns the error
	}
}

// Close sends the changed lines and closes the file, whose error it returns. Later writes
// are dropped and do not call Emit. Closing again does nothing.
func (t *Terminal) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil
	}
	t.now = time.Time{}
	for i := range t.partial {
		for range t.partial[i].n {
			t.screens[i].write(utf8.RuneError)
		}
	}
	t.flush()
	t.closed = true
	if t.timer != nil {
		t.timer.Stop() // if it is firing already, it finds the Terminal closed
	}
	if t.opts.File == nil {
		return nil
	}
	return t.opts.File.Close()
}

// arm starts the timer that sends the changed lines. The caller holds the lock.
func (t *Terminal) arm() {
	if t.armed {
		return
	}
	t.armed = true
	if t.timer == nil {
		t.timer = time.AfterFunc(t.opts.Delay, t.fire)
		return
	}
	t.timer.Reset(t.opts.Delay)
}

func (t *Terminal) fire() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	t.armed = false
	t.flush()
	if t.opts.File == nil {
		return
	}
	if left := t.opts.File.syncSometimes(t.opts.Now()); left > 0 {
		t.timer.Reset(left)
	}
}

// clock reads the time at most once per write.
func (t *Terminal) clock() time.Time {
	if t.now.IsZero() {
		t.now = t.opts.Now().UTC()
	}
	return t.now
}

// create returns the next line, for either screen.
func (t *Terminal) create(stream Stream) *line {
	l := t.spare
	if l == nil {
		l = new(line)
	}
	t.spare = nil
	*l = line{stream: stream, index: t.next, at: t.clock(), text: l.text[:0]}
	t.next++
	return l
}

// retire sends a line that can no longer change.
func (t *Terminal) retire(l *line) {
	if l.dirty {
		t.emitLine(l)
	}
	t.spare = l
}

// flush sends the changed lines in the order of their numbers, for which the file stream
// needs the fewest chunks. The caller holds the lock.
func (t *Terminal) flush() {
	for i := range t.screens {
		s := &t.screens[i]
		for _, l := range s.lines[:s.count] {
			if l.dirty {
				t.changed = append(t.changed, l)
			}
		}
	}
	slices.SortFunc(t.changed, func(a, b *line) int { return cmp.Compare(a.index, b.index) })
	for _, l := range t.changed {
		t.emitLine(l)
	}
	t.changed = t.changed[:0]
}

func (t *Terminal) emitLine(l *line) {
	l.dirty = false
	t.text = t.text[:0]
	for _, r := range l.text[:l.shown] {
		t.text = utf8.AppendRune(t.text, r)
	}
	t.emit(l.index, l.at, l.stream)
}

// timeLayout has no zone; it is always UTC.
const timeLayout = "2006-01-02T15:04:05.000000"

// emit sends t.text as a line. The web UI parses the time and the word before it.
func (t *Terminal) emit(index int64, at time.Time, stream Stream) {
	if t.opts.File != nil {
		t.opts.File.Set(index, t.text)
	}
	if t.opts.Emit == nil {
		return
	}
	t.out = t.out[:0]
	if stream == Stderr {
		t.out = append(t.out, "ERROR "...)
	}
	t.out = append(at.AppendFormat(t.out, timeLayout), ' ')
	if t.opts.Label != "" {
		t.out = fmt.Appendf(t.out, "[%s] ", t.opts.Label)
	}
	t.out = append(t.out, t.text...)
	t.opts.Emit(index, t.out)
}
