package runfiles

import (
	"log/slog"
	"time"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/transport"
)

// Defaults of [Config].
const (
	// DefaultBatchWait is the official client's.
	DefaultBatchWait = 5 * time.Second
	// DefaultBatchSize bounds the answer, about 1 KB a name, and the age that an
	// address reaches before its turn comes.
	DefaultBatchSize = 500
	// DefaultParallel is an eighth of the official client's 128. Each upload
	// holds a connection, an open file and a buffer; a host's network is full
	// long before, and 64 runs in one process would hold 8,192.
	DefaultParallel = 16
	// DefaultPollInterval is the official client's.
	DefaultPollInterval = 500 * time.Millisecond
)

// Config is what an [Uploader] needs. GraphQL, Transport and the three names
// are required, except for a run that is offline from the start.
type Config struct {
	// GraphQL and Transport lead to the same server.
	GraphQL   *gqlclient.Client
	Transport *transport.Transport
	// Entity, Project and Run are the run's names on the server.
	Entity, Project, Run string
	// IgnoreGlobs are patterns of path.Match for names that are never uploaded,
	// the client's own files included.
	IgnoreGlobs []string
	// BatchWait is how long names are collected before the server is asked.
	BatchWait time.Duration
	// BatchSize is the most names in one request.
	BatchSize int
	// Slots bounds the uploads at one time, and may be shared by several
	// uploaders. Nil means [DefaultParallel] of the uploader's own.
	Slots Slots
	// PollInterval is how often live files are looked at.
	PollInterval time.Duration
	// Policy is the retry policy of an upload, by default
	// [transport.TransferPolicy].
	Policy *transport.Policy

	// The functions below are called from the uploader's goroutines, several at
	// a time, without a lock held. They must not call Finish, Keep or Close.

	// Uploaded is called with the name of each file that reached the store.
	Uploaded func(name string)
	// Skipped is called for each file that is left out, with the reason: it
	// matches [ErrIgnored], [ErrNotRegular] or fs.ErrNotExist.
	Skipped func(name string, reason error)
	// Refused is called once, when the server refuses the run's files. No
	// upload is begun after it.
	Refused func(*graphql.Error)
	// Denied is called for each file that the store refuses. The others go on.
	Denied func(*StorageDeniedError)
	// Progress is called when a file starts or ends, and a few times a second
	// while one is sent. The calls follow one another.
	Progress func(Progress)
	// Logger gets a Debug record per upload and a Warn record per failure.
	Logger *slog.Logger
}

func (c Config) hasServer() bool { return c.GraphQL != nil && c.Transport != nil }

func (c Config) withDefaults() Config {
	if c.BatchWait <= 0 {
		c.BatchWait = DefaultBatchWait
	}
	if c.BatchSize <= 0 {
		c.BatchSize = DefaultBatchSize
	}
	if c.Slots == nil {
		c.Slots = NewSlots(DefaultParallel)
	}
	if c.PollInterval <= 0 {
		c.PollInterval = DefaultPollInterval
	}
	if c.Policy == nil {
		p := transport.TransferPolicy()
		c.Policy = &p
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// Slots bounds how many uploads run at one time.
type Slots chan struct{}

// NewSlots allows n uploads at one time, at least one.
func NewSlots(n int) Slots { return make(Slots, max(n, 1)) }
