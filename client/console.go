package client

import (
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/console"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runfiles"
)

// Stdout returns a writer that passes everything on to dst and shows it in the
// run's logs tab as well, the way a terminal would: a line that a progress bar
// rewrites stays one line, of 4096 characters at most, and the cursor moves within the
// last 32 lines. Whatever becomes of the run, dst gets its bytes, and the result is
// dst's. Use it in place of os.Stdout where the program writes. Write does not wait for
// the network; 16 MiB of lines wait for a server that is behind, beyond which the oldest
// are left out of the logs tab, with a warning in the log, and not of output.log. Where
// WANDB_CONSOLE is off, dst is all that is written to. It is safe for concurrent use as
// far as dst is.
func (r *Run) Stdout(dst io.Writer) io.Writer { return r.tee(dst, console.Stdout) }

// Stderr is [Run.Stdout] for the standard error output, whose lines the logs tab
// marks as errors.
func (r *Run) Stderr(dst io.Writer) io.Writer { return r.tee(dst, console.Stderr) }

// LogHandler returns a handler that passes records on to next and shows each as a
// line in the run's logs tab, those of [slog.LevelError] and above as errors. Without
// a next they are shown there alone. The limits are those of [Run.Stdout].
func (r *Run) LogHandler(next slog.Handler) slog.Handler {
	switch {
	case r.screen != nil:
		return console.NewHandler(next, r.screen.writer(console.Stdout), r.screen.writer(console.Stderr))
	case next == nil:
		return slog.DiscardHandler
	}
	return next
}

func (r *Run) tee(dst io.Writer, stream console.Stream) io.Writer {
	if r.screen == nil {
		return dst
	}
	return console.NewTee(dst, r.screen.writer(stream))
}

// screen is a run's console: what the program writes becomes numbered lines for
// the server, text in a file, and raw bytes in the journal. The terminal behind
// it is made when something is written.
type screen struct {
	run *Run

	mu       sync.Mutex
	terminal *console.Terminal
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
	if rec := w.screen.run.recorder(); rec != nil {
		// Trouble with the disk shows when a row is logged.
		_ = rec.writer.Append(&record.OutputRaw{
			Stdout: w.stream == console.Stdout, Timestamp: time.Now(), Text: string(p),
		})
	}
	return t.Writer(w.stream).Write(p)
}

// open returns the terminal, nil once the run is finished.
func (s *screen) open() *console.Terminal {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	if s.terminal == nil {
		r := s.run
		opts := console.Options{Label: r.writer.tag(), Emit: func(int64, []byte) {}}
		if r.up != nil {
			opts.Emit = func(index int64, line []byte) { _ = r.up.stream.AppendConsole(index, line) } // the journal has it
		}
		if rec := r.recorder(); rec != nil {
			if f, err := console.CreateFile(filepath.Join(rec.dir.Files(), r.writer.outputLog())); err == nil {
				opts.File = f
			} else {
				r.client.log.Warn("keep console output on disk", "run", r.String(), "error", err)
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

// close ends the console, and has its text uploaded if there is any.
func (s *screen) close() error {
	s.mu.Lock()
	t := s.terminal
	s.closed = true
	s.mu.Unlock()
	if t == nil {
		return nil
	}
	err := t.Close()
	if rec := s.run.recorder(); rec != nil && s.run.up != nil {
		name := s.run.writer.outputLog()
		if saveErr := s.run.files.Save(name, filepath.Join(rec.dir.Files(), name), runfiles.Now); err == nil {
			err = saveErr
		}
	}
	return err
}

// recorder returns the run's journal, nil if there is none.
func (r *Run) recorder() *recorder {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rec
}
