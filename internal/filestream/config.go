package filestream

import (
	"context"
	"net/http"
	"os"
	"time"
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
	// Send returns when the server has answered with a 2xx status. It retries
	// what is worth retrying and gives up when ctx ends. Its error, other than
	// after ctx ended, ends the stream, unless it is a [*TooLargeError] for a request
	// of several lines. It may keep body after it returned, unless
	// the reply says that it does not.
	Send(ctx context.Context, body []byte) (*Reply, error)
}

// Reply is the server's answer to one request.
type Reply struct {
	StatusCode int
	Header     http.Header
	Body       []byte
	// Returned says that the request's body is not read any more, so that its
	// memory can be used for the next one.
	Returned bool
}

// Offsets are the indices of the first lines, which a resumed run takes from
// the server.
type Offsets struct{ History, Events, Console int64 }

// Config configures a [Stream]. Zero values mean the defaults above.
type Config struct {
	// Sender delivers the requests; it must be set.
	Sender Sender
	// Offsets are the numbers of lines that the server has.
	Offsets Offsets
	// Interval is the least time between the starts of two requests with data.
	// Negative means none.
	Interval time.Duration
	// MinInterval is the shortest interval that a server's RateLimit headers can ask
	// for. If it is negative, or zero while Interval is set, they are ignored.
	MinInterval time.Duration
	// FlushOnly disables pacing: data is sent if a full request is waiting, in place of
	// a heartbeat, and by [Stream.Flush] and [Stream.Finish]. It is for logs that are
	// replayed.
	FlushOnly bool
	// Heartbeat is how long nothing is sent before an empty request goes. It
	// also bounds Interval, as the server takes silence for a crash.
	Heartbeat time.Duration
	// MaxRequestBytes bounds the lines of one request, approximately. A single
	// longer line goes alone. The server takes more than the default, which spares
	// memory: a request is in one piece while it is sent.
	MaxRequestBytes int
	// MaxLineBytes bounds a line. Longer ones are refused.
	MaxLineBytes int
	// MemoryLimit bounds the unacknowledged history and event lines in memory.
	MemoryLimit int64
	// FallbackLimit replaces MemoryLimit while SpillDir cannot be written.
	FallbackLimit int64
	// ConsoleLimit bounds the waiting console lines in memory.
	ConsoleLimit int64
	// SpillDir is where lines beyond MemoryLimit go; default [os.TempDir]. It is
	// not used before it is needed.
	SpillDir string
	// OnStopped is called once, when the server says that the user stopped the
	// run. It runs on the stream's goroutine, must return soon and must not call
	// Finish, Abandon or Close.
	OnStopped func()
	// OnWarning is called with what a server warns of, such as a limit that is near; a
	// warning may come with each answer. It must return soon.
	OnWarning func(text string)
	// OnTooLarge is called each time when a request of size bytes was too large, with
	// the limit for those that follow. It must return soon.
	OnTooLarge func(size, limit int)
	// OnFatal is called once, when the stream fails, after it has stopped sending.
	// It may call any method.
	OnFatal func(error)
}

func (c Config) withDefaults() Config {
	if c.MinInterval == 0 && c.Interval != 0 {
		c.MinInterval = c.Interval // an explicit interval is kept
	}
	setDefault(&c.Interval, DefaultInterval)
	setDefault(&c.MinInterval, DefaultMinInterval)
	setDefault(&c.Heartbeat, DefaultHeartbeat)
	setDefault(&c.MaxRequestBytes, DefaultMaxRequestBytes)
	setDefault(&c.MaxLineBytes, DefaultMaxLineBytes)
	setDefault(&c.MemoryLimit, DefaultMemoryLimit)
	setDefault(&c.FallbackLimit, DefaultFallbackLimit)
	setDefault(&c.ConsoleLimit, DefaultConsoleLimit)
	if c.SpillDir == "" {
		c.SpillDir = os.TempDir()
	}
	return c
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
