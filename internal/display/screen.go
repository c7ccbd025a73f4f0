package display

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/term"
)

const (
	// columns is how wide a line that is written over may be: the carriage return
	// goes back to the start of the screen's last line, not of the text's.
	columns = 79
	// patience is how long the start and the end of a run wait for the terminal, so
	// that what the program prints next comes after. One that is held (Ctrl-S) shows
	// the rest when it is let go, if the program is still there.
	patience = time.Second
	// maxQueue bounds the texts that wait for a terminal; what comes when it is full
	// is not shown.
	maxQueue = 1000
	// waitingAfter is how long nobody wonders.
	waitingAfter = 5 * time.Second
)

// Screen is a terminal, which the runs of a client share. A nil Screen is silent. It
// is safe for concurrent use. Nothing but the end of a run and its start waits for
// the terminal, and these not for long: a goroutine, which is there only while there
// is something to write, does the writing. Failures to write are ignored, as nothing
// depends on it.
type Screen struct {
	w     io.Writer
	style term.Style

	mu      sync.Mutex // never held while w is written to
	queue   []string
	status  string        // the line that is to stand below all others, "" for none
	stands  string        // the one on the screen
	idle    chan struct{} // closed when all is written; nil while nothing is
	uploads []*Display    // the runs whose end is being uploaded
	inits   int           // that wait for the server
	told    bool          // that they do
}

// NewScreen makes a Screen of w, or nil where w is no terminal. getenv reads the
// environment, which may forbid colours.
func NewScreen(w io.Writer, getenv func(string) string) *Screen {
	if w == nil || !term.IsTerminal(w) {
		return nil
	}
	return newScreen(w, term.StyleFor(w, getenv))
}

func newScreen(w io.Writer, style term.Style) *Screen { return &Screen{w: w, style: style} }

// Waiting tells, after a while, that the server has not answered yet and how long it
// is given. Where several wait, it is told once. end says that the server has
// answered, or that nobody waits any more.
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
		if s.inits > 0 && !s.told {
			s.told = true
			s.add(s.line(s.style.Yellow(fmt.Sprintf("no answer from %s yet; it has another %s", clean(server), (timeout - waitingAfter).Round(time.Second)))))
		}
	})
	return func() {
		timer.Stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.inits--; s.inits == 0 {
			s.told = false
		}
	}
}

// line is a line of ours.
func (s *Screen) line(text string) string { return s.style.Dim(mark) + " " + text + "\n" }

// mark begins each line, so that it is told from the program's own.
const mark = "wandgo:"

// say has text written soon.
func (s *Screen) say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(text)
}

// add is say with s.mu held.
func (s *Screen) add(text string) {
	if len(s.queue) < maxQueue {
		s.queue = append(s.queue, text)
		s.wake()
	}
}

// wake sees to it that somebody writes. s.mu is held.
func (s *Screen) wake() {
	if s.idle == nil {
		s.idle = make(chan struct{})
		go s.write(s.idle)
	}
}

// write writes until nothing waits.
func (s *Screen) write(idle chan struct{}) {
	for {
		s.mu.Lock()
		if len(s.queue) == 0 && s.status == s.stands {
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

// next is what is to be written now: the lines that wait, in place of the status
// line, and that one anew. s.mu is held.
func (s *Screen) next() string {
	var b strings.Builder
	before := 0
	if s.stands != "" {
		before = len(mark) + 1 + term.Width(s.stands)
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
	s.stands = s.status
	return b.String()
}

// await waits until all is written, but not for ever.
func (s *Screen) await() {
	s.mu.Lock()
	idle := s.idle
	s.mu.Unlock()
	if idle == nil {
		return
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
}
