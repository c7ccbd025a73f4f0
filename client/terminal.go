package client

import (
	"io"
	"os"

	"github.com/wandgo/wandgo/internal/settings"
)

// terminal is where a person looks, nil where nobody does or wants to be told
// (docs/adr/0010). Whether it is a terminal is seen to later.
func (o Options) terminal(s *settings.Settings) io.Writer {
	switch {
	case s.Silent || s.Quiet:
		return nil
	case o.Output != nil:
		return o.Output
	case o.Getenv != nil:
		// Whoever brings an environment of his own, as tests do, wants nothing of the
		// process's.
		return nil
	}
	return os.Stderr
}

// Interactive reports whether a person at a terminal is shown what becomes of the client's
// runs, as [Options].Output says. A program that prints the link of a run for a log
// file need not print it then.
func (c *Client) Interactive() bool { return c.display.Terminal() }
