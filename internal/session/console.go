package session

import (
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/console"
	"github.com/wandgo/wandgo/internal/record"
)

// Console returns a writer for the run's console, nil if it is not recorded.
func (s *Session) Console(stream console.Stream) io.Writer {
	if s.screen == nil {
		return nil
	}
	return s.screen.writer(stream)
}

// LogHandler returns a handler that shows records in the run's console and passes them
// on to next, which may be nil.
func (s *Session) LogHandler(next slog.Handler) slog.Handler {
	switch {
	case s.screen != nil:
		return console.NewHandler(next, s.screen.writer(console.Stdout), s.screen.writer(console.Stderr))
	case next == nil:
		return slog.DiscardHandler
	}
	return next
}

// ShowPanic shows a panic in the console, if the console is used: the runtime writes it
// past every writer.
func (s *Session) ShowPanic(cause any) {
	if s.screen != nil && s.screen.used() {
		_, _ = fmt.Fprintf(s.screen.writer(console.Stderr), "panic: %v\n\n%s", cause, debug.Stack())
	}
}

// screen is a run's console: what the program writes becomes numbered lines for the
// server, text in a file, and raw bytes in the log. The terminal behind it is made at
// the first write.
type screen struct {
	session *Session

	mu       sync.Mutex
	terminal *console.Terminal
	path     string // of the file, or ""
	closed   bool
}

func (s *screen) writer(stream console.Stream) io.Writer { return &screenWriter{s, stream} }

type screenWriter struct {
	screen *screen
	stream console.Stream
}

// Write never fails: what the program writes must not depend on the run.
func (w *screenWriter) Write(p []byte) (int, error) {
	t := w.screen.open()
	if t == nil {
		return len(p), nil
	}
	_ = w.screen.session.sink.Put(&record.OutputRaw{Stdout: w.stream == console.Stdout, Timestamp: time.Now(), Text: string(p)})
	return t.Writer(w.stream).Write(p)
}

// open returns the terminal, nil after the run is finished.
func (s *screen) open() *console.Terminal {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	if s.terminal == nil {
		session, writer := s.session, s.session.plan.Writer
		opts := console.Options{Label: writer.tag(), Emit: func(index int64, line []byte) {
			_ = session.sink.Put(&record.ConsoleLine{Index: index, Text: line})
		}}
		if dir := session.sink.FilesDir(); dir != "" {
			path := filepath.Join(dir, writer.ConsoleFile())
			if f, err := console.CreateFile(path); err == nil {
				opts.File, s.path = f, path
			} else {
				session.env.Log.Warn("cannot store console output on disk", "run", session.String(), "error", err)
			}
		}
		s.terminal = console.New(opts)
	}
	return s.terminal
}

// used reports whether anything was written, and more can be.
func (s *screen) used() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.terminal != nil && !s.closed
}

// close ends the console, and has its file uploaded if there is one.
func (s *screen) close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	t, path := s.terminal, s.path
	s.closed = true
	s.mu.Unlock()
	if t == nil {
		return nil
	}
	err := t.Close()
	if saveErr := s.session.sink.SaveConsole(path); err == nil {
		err = saveErr
	}
	return err
}
