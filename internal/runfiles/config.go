package runfiles

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/transport"
)

// Defaults of [Config].
const (
	// DefaultBatchWait is that of the official client.
	DefaultBatchWait = 5 * time.Second
	// DefaultBatchSize bounds the response, which has about 1 KB per name, and the age of
	// an address when it is used.
	DefaultBatchSize = 500
	// DefaultPollInterval is that of the official client.
	DefaultPollInterval = 500 * time.Millisecond
)

// Config configures an [Uploader]. GraphQL, Transport and the three names are required,
// except for a run that starts offline.
type Config struct {
	// GraphQL and Transport are for the same server.
	GraphQL   *gqlclient.Client
	Transport *transport.Transport
	// Entity, Project and Run are the run's names on the server.
	Entity, Project, Run string
	// IgnoreGlobs are patterns of path.Match for names that are not uploaded, including
	// the client's own files. All are ignored if one is invalid.
	IgnoreGlobs []string
	// BatchWait is how long names are collected before a request.
	BatchWait time.Duration
	// BatchSize is the most names in one request.
	BatchSize int
	// Slots bounds the concurrent uploads, and may be shared by several uploaders. The
	// default is [objectstore.DefaultParallel].
	Slots objectstore.Slots
	// PollInterval is the time between two checks of the live files.
	PollInterval time.Duration
	// Policy is the retry policy of an upload. The default is
	// [transport.TransferPolicy].
	Policy *transport.Policy

	// The functions below are called concurrently from the uploader's goroutines,
	// without a lock held. They must not call Finish, Keep or Close.

	// Uploaded is called with the name of each file that reached the store.
	Uploaded func(name string)
	// Skipped is called for each file that is skipped. The reason matches [ErrIgnored],
	// [ErrSecret], [ErrNotRegular] or fs.ErrNotExist.
	Skipped func(name string, reason error)
	// Refused is called once, when the server refuses the run's files. No upload is
	// started after it.
	Refused func(*graphql.Error)
	// Denied is called for each file that the store refuses. The others continue.
	Denied func(*objectstore.Error)
	// Logger gets a Debug record per upload and a Warn record per failure.
	Logger *slog.Logger
}

func (c Config) hasServer() bool { return c.GraphQL != nil && c.Transport != nil }

func (c Config) withDefaults() Config {
	c.BatchWait = cmp.Or(c.BatchWait, DefaultBatchWait)
	c.BatchSize = cmp.Or(c.BatchSize, DefaultBatchSize)
	c.Slots = cmp.Or(c.Slots, objectstore.NewSlots(objectstore.DefaultParallel))
	c.PollInterval = cmp.Or(c.PollInterval, DefaultPollInterval)
	c.Policy = cmp.Or(c.Policy, new(transport.TransferPolicy()))
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	return c
}
