package client

import (
	"io"
	"os"

	"github.com/wandgo/wandgo/internal/settings"
)

// terminal is where runs are shown, nil if nothing is to be shown (docs/adr/0010).
func (o Options) terminal(s *settings.Settings) io.Writer {
	switch {
	case s.Silent || s.Quiet:
		return nil
	case o.Output != nil:
		return o.Output
	case o.Getenv != nil:
		// A client with an environment of its own, as in tests, uses nothing of the
		// process.
		return nil
	}
	return os.Stderr
}

// Interactive reports whether a person at a terminal is shown what becomes of the client's
// runs, as [Options].Output says. A program that prints the link of a run for a log
// file need not print it then.
func (c *Client) Interactive() bool { return c.env.Screen.Terminal() }
