package display

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/term"
)

const (
	// columns is the length of a status line. It must fit on one line of the terminal,
	// because a carriage return only goes back to the start of that line.
	columns = 79
	// maxWait is how long the start and the end of a run wait for the terminal, so that
	// what the program prints next comes after. A stopped terminal (Ctrl-S) shows the
	// rest when it continues, if the program is still running.
	maxWait = time.Second
	// maxQueue is how many texts can wait for the terminal. More are dropped.
	maxQueue = 1000
	// waitingAfter is how long a silent server is not worth a line.
	waitingAfter = 5 * time.Second
)

// Screen is a terminal that the runs of a client share. A nil Screen is silent. It is
// safe for concurrent use. Only the start and the end of a run wait for the terminal,
// and only briefly: a goroutine, which exists only while there is something to write,
// does the writing. Write errors are ignored, because nothing depends on the output.
type Screen struct {
	w     io.Writer
	style term.Style
	// plain is for a log file: one line for the start of a run, one for each trouble and
	// one for its end, without color, progress and table.
	plain bool

	mu      sync.Mutex // never held while w is written to
	queue   []string
	status  string        // the line to show below all others, "" for none
	shown   string        // the status line on the screen
	idle    chan struct{} // closed when everything is written; nil if nothing waits
	uploads []*Display    // the runs that are uploading their last data
	inits   int           // how many calls wait for the server
	warned  bool          // a line says so
	stopped time.Time     // when a signal was shown
}

// NewScreen creates a Screen of w, or nil if nothing should be shown. If w is not a terminal, the
// Screen has one line for each event, because the log file of a batch job is all that a person
// has. getenv reads the environment, which may disable colors.
func NewScreen(w io.Writer, getenv func(string) string) *Screen {
	switch {
	case w == nil || w == io.Discard:
		return nil
	case !term.IsTerminal(w):
		return &Screen{w: w, plain: true}
	}
	return newScreen(w, term.NewStyle(term.Colors(w, getenv)))
}

// Terminal reports whether the screen is a terminal.
func (s *Screen) Terminal() bool { return s != nil && !s.plain }

func newScreen(w io.Writer, style term.Style) *Screen { return &Screen{w: w, style: style} }

// Waiting shows, after a while, that the server has not responded yet and how much
// longer it has. If several calls wait, it shows this once. The caller calls end when
// it no longer waits.
func (s *Screen) Waiting(server string, timeout time.Duration) (end func()) {
	if s == nil || timeout <= waitingAfter {
		return func() {}
	}
	s.mu.Lock()
	s.inits++
	s.mu.Unlock()
	timer := time.AfterFunc(waitingAfter, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.inits > 0 && !s.warned {
			s.warned = true
			s.add(s.line(s.style.Yellow(fmt.Sprintf("no response from %s yet; retrying for up to %s", clean(server), (timeout - waitingAfter).Round(time.Second)))))
		}
	})
	return func() {
		timer.Stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.inits--; s.inits == 0 {
			s.warned = false
		}
	}
}

// sameSignal is how soon after a signal another call reports the same one.
const sameSignal = time.Second

// Interrupted shows that a signal asks the program to end. Several runs may report the
// same signal, which is shown once.
func (s *Screen) Interrupted(signal string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); s.stopped.IsZero() || now.Sub(s.stopped) > sameSignal {
		s.stopped = now
		s.add(s.line(s.style.Yellow("received " + clean(signal) + ", stopping; another one after a second ends the program")))
	}
}

// Warn shows a sentence that concerns all runs.
func (s *Screen) Warn(text string) {
	if s != nil {
		s.show(s.line(s.style.Yellow(clean(text))))
	}
}

// line makes a line with the mark.
func (s *Screen) line(text string) string { return s.style.Dim(mark) + " " + text + "\n" }

// long makes a line of words and a path or a command to copy, or two if they do not fit
// the terminal together: only what is copied may be longer than it.
func (s *Screen) long(words, text string) string {
	if len(mark)+1+visible(words)+1+visible(text) > columns+1 {
		return s.line(words) + s.line("  "+text)
	}
	return s.line(words + " " + text)
}

// visible is how many columns a text with styles has.
func visible(text string) int { return term.Width(styles.ReplaceAllString(text, "")) }

var styles = regexp.MustCompile("\x1b\\[[0-9;]*m")

// mark starts each line, to distinguish it from the output of the program.
const mark = "wandgo:"

// show queues text for the terminal.
func (s *Screen) show(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(text)
}

// add is show with s.mu held.
func (s *Screen) add(text string) {
	if len(s.queue) < maxQueue {
		s.queue = append(s.queue, text)
		s.wake()
	}
}

// wake ensures that the writing goroutine runs. s.mu is held.
func (s *Screen) wake() {
	if s.idle == nil {
		s.idle = make(chan struct{})
		go s.write(s.idle)
	}
}

// write writes until the queue is empty.
func (s *Screen) write(idle chan struct{}) {
	for {
		s.mu.Lock()
		if len(s.queue) == 0 && s.status == s.shown {
			s.idle = nil
			s.mu.Unlock()
			close(idle)
			return
		}
		text := s.next()
		s.mu.Unlock()
		_, _ = io.WriteString(s.w, text)
	}
}

// next returns the next text to write: the queued lines over the status line, and the
// new status line. s.mu is held.
func (s *Screen) next() string {
	var b strings.Builder
	before := 0
	if s.shown != "" {
		before = len(mark) + 1 + term.Width(s.shown)
	}
	if before > 0 && (len(s.queue) > 0 || s.status == "") {
		b.WriteString("\r" + strings.Repeat(" ", before) + "\r")
		before = 0
	}
	for _, text := range s.queue {
		b.WriteString(text)
	}
	clear(s.queue)
	s.queue = s.queue[:0]
	if s.status != "" {
		b.WriteString("\r" + s.style.Dim(mark) + " " + term.Pad(s.status, before-len(mark)-1))
	}
	s.shown = s.status
	return b.String()
}

// await waits until everything is written, at most maxWait.
func (s *Screen) await() {
	s.mu.Lock()
	idle := s.idle
	s.mu.Unlock()
	if idle == nil {
		return
	}
	timer := time.NewTimer(maxWait)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
}
