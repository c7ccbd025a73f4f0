package client

import (
	"io"
	"log/slog"

	"github.com/wandgo/wandgo/internal/console"
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
func (r *Run) LogHandler(next slog.Handler) slog.Handler { return r.session.LogHandler(next) }

func (r *Run) tee(dst io.Writer, stream console.Stream) io.Writer {
	if w := r.session.Console(stream); w != nil {
		return console.NewTee(dst, w)
	}
	return dst
}
