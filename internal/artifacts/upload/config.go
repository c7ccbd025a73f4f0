package upload

import (
	"log/slog"

	"github.com/wandgo/wandgo/internal/feature"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/transport"
)

// Target names the run that logs the artifacts.
type Target struct{ Entity, Project, Run string }

// Defaults of [Config].
const (
	// DefaultParallel is half of the official client's. Most files of artifacts are small,
	// so that the time of a round trip counts, and not the bandwidth.
	DefaultParallel = 64
	// DefaultMultipart and DefaultPart are the official client's.
	DefaultMultipart = 2 << 30
	DefaultPart      = 100 << 20
)

// Config configures an [Uploader]. GraphQL, Transport and Target are required.
type Config struct {
	// GraphQL and Transport are for the same server.
	GraphQL   *gqlclient.Client
	Transport *transport.Transport
	Target    Target
	// Features are those of the server.
	Features *feature.Set
	// Policy is the retry policy of an upload. The default is
	// [transport.TransferPolicy].
	Policy *transport.Policy
	// Slots bounds the concurrent uploads, and may be shared by several uploaders. The
	// default is [DefaultParallel].
	Slots objectstore.Slots
	// Multipart is the size in bytes from which a file is sent in parts, and Part the size of
	// a part. The defaults are [DefaultMultipart] and [DefaultPart].
	Multipart, Part int64
	// Logger gets a Debug record per file and a Warn record per failure.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Features == nil {
		c.Features = feature.New(c.GraphQL)
	}
	if c.Policy == nil {
		p := transport.TransferPolicy()
		c.Policy = &p
	}
	if c.Slots == nil {
		c.Slots = objectstore.NewSlots(DefaultParallel)
	}
	if c.Multipart <= 0 {
		c.Multipart = DefaultMultipart
	}
	if c.Part <= 0 {
		c.Part = DefaultPart
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}
