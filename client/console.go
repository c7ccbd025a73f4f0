package client

import (
	"io"
	"log/slog"

	"github.com/wandgo/wandgo/internal/console"
)

// Stdout returns a writer that passes everything on to dst and also shows it in the
// run's logs tab, the way a terminal would. A line that a progress bar rewrites stays one
// line of at most 4096 characters, and the cursor moves within the last 32 lines. Use it
// in place of os.Stdout.
//
// dst gets its bytes whatever happens to the run, and Write returns dst's result. Write
// does not block on the network. Up to 16 MiB of lines wait for a server that is behind;
// beyond that the oldest are missing in the logs tab, with a warning in the log, and
// output.log still has them. If WANDB_CONSOLE is off, only dst is written to. The writer
// is safe for concurrent use if dst is.
func (r *Run) Stdout(dst io.Writer) io.Writer { return r.tee(dst, console.Stdout) }

// Stderr is [Run.Stdout] for the standard error output, whose lines the logs tab
// marks as errors.
func (r *Run) Stderr(dst io.Writer) io.Writer { return r.tee(dst, console.Stderr) }

// LogHandler returns a handler that passes records on to next and shows each one as a
// line in the run's logs tab; those of [slog.LevelError] and above are shown as errors.
// next may be nil. The limits are those of [Run.Stdout].
func (r *Run) LogHandler(next slog.Handler) slog.Handler { return r.session.LogHandler(next) }

func (r *Run) tee(dst io.Writer, stream console.Stream) io.Writer {
	if w := r.session.Console(stream); w != nil {
		return console.NewTee(dst, w)
	}
	return dst
}
