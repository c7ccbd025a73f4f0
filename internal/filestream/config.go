package filestream

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"time"

	"github.com/wandgo/wandgo/internal/record"
)

// Defaults of [Config].
const (
	DefaultInterval        = 15 * time.Second
	DefaultHeartbeat       = 30 * time.Second
	DefaultMaxRequestBytes = 3 << 19
	DefaultMaxLineBytes    = 10<<20 - 100<<10
	DefaultMemoryLimit     = 3 << 20
	DefaultFallbackLimit   = 64 << 20
	DefaultConsoleLimit    = 16 << 20
)

// Sender delivers one request body to the run's file_stream endpoint.
type Sender interface {
	// Send returns when the server has responded with a 2xx status. It retries temporary
	// failures and gives up when ctx ends. An error before ctx has ended ends the stream,
	// unless it is a [*TooLargeError] for a request of several lines. Send may read body
	// after it returned, unless [Reply].Returned is set.
	Send(ctx context.Context, body []byte) (*Reply, error)
}

// Reply is the server's response to one request.
type Reply struct {
	StatusCode int
	Header     http.Header
	Body       []byte
	// Returned says that the request's body is no longer read, so that its memory can be
	// reused.
	Returned bool
}

// Config configures a [Stream]. Zero values mean the defaults above.
type Config struct {
	// Sender delivers the requests; it must be set.
	Sender Sender
	// Offsets are the numbers of lines that the server has, and so the indexes of the first
	// lines.
	Offsets record.Lines
	// Interval is the shortest time between the starts of two requests with data. A
	// negative Interval means no wait.
	Interval time.Duration
	// MinInterval is the shortest interval that a server's RateLimit headers can ask
	// for. If it is negative, or zero while Interval is set, they are ignored.
	MinInterval time.Duration
	// FlushOnly disables pacing, for logs that are replayed. Data is sent if a full request
	// is waiting, instead of a heartbeat, and by [Stream.Flush] and [Stream.Finish].
	FlushOnly bool
	// Heartbeat is the time without a request after which an empty one is sent. It also
	// bounds Interval, because the server considers a silent run crashed.
	Heartbeat time.Duration
	// MaxRequestBytes is about how many bytes of lines are in one request. A longer line
	// is sent alone. The server accepts more than the default, which saves memory: a
	// request is one piece of memory.
	MaxRequestBytes int
	// MaxLineBytes is the longest line that is accepted.
	MaxLineBytes int
	// MemoryLimit bounds the unacknowledged history and event lines in memory.
	MemoryLimit int64
	// FallbackLimit replaces MemoryLimit while SpillDir cannot be written.
	FallbackLimit int64
	// ConsoleLimit bounds the waiting console lines in memory.
	ConsoleLimit int64
	// SpillDir is the directory for lines beyond MemoryLimit; default [os.TempDir]. It is
	// not touched before it is needed.
	SpillDir string
	// OnStopped is called once if a user stopped the run in the web UI. It is called on
	// the stream's goroutine. It must return soon and must not call Finish, Abandon or
	// Close.
	OnStopped func()
	// OnWarning is called with each warning of the server, such as a limit that is near.
	// Every response may have one. It must return soon.
	OnWarning func(text string)
	// OnTooLarge is called each time a request of size bytes was too large, with the limit
	// for the following ones. It must return soon.
	OnTooLarge func(size, limit int)
	// OnFatal is called once, when the stream fails, after it has stopped sending.
	// It may call any method.
	OnFatal func(error)
}

func (c Config) withDefaults() Config {
	if c.MinInterval == 0 && c.Interval != 0 {
		c.MinInterval = c.Interval // an explicit interval is kept
	}
	c.Interval = cmp.Or(c.Interval, DefaultInterval)
	c.MinInterval = cmp.Or(c.MinInterval, DefaultMinInterval)
	c.Heartbeat = cmp.Or(c.Heartbeat, DefaultHeartbeat)
	c.MaxRequestBytes = cmp.Or(c.MaxRequestBytes, DefaultMaxRequestBytes)
	c.MaxLineBytes = cmp.Or(c.MaxLineBytes, DefaultMaxLineBytes)
	c.MemoryLimit = cmp.Or(c.MemoryLimit, DefaultMemoryLimit)
	c.FallbackLimit = cmp.Or(c.FallbackLimit, DefaultFallbackLimit)
	c.ConsoleLimit = cmp.Or(c.ConsoleLimit, DefaultConsoleLimit)
	c.SpillDir = cmp.Or(c.SpillDir, os.TempDir())
	return c
}
