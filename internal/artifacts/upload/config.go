package upload

import (
	"log/slog"

	"github.com/wandgo/wandgo/internal/feature"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/transport"
)

const (
	// DefaultParallel is half of the official client's. Most files of artifacts are small,
	// so that the time of a round trip counts, and not the bandwidth.
	DefaultParallel = 64
	// multipart and part are the defaults of [Config], which are the official client's.
	multipart, part = 2 << 30, 100 << 20
)

// Config configures an [Uploader]. All fields but Multipart and Part are required.
type Config struct {
	// GraphQL and Transport are for the same server.
	GraphQL   *gqlclient.Client
	Transport *transport.Transport
	// Entity, Project and Run name the run that logs the artifacts.
	Entity, Project, Run string
	// Features are those of the server.
	Features *feature.Set
	// Policy is the retry policy of an upload.
	Policy transport.Policy
	// Slots bounds the concurrent uploads, and may be shared by several uploaders.
	Slots objectstore.Slots
	// Multipart is the size in bytes from which a file is sent in parts, and Part the size of
	// a part. The defaults are 2 GiB and 100 MiB.
	Multipart, Part int64
	// Logger gets a Debug record per file and a Warn record per failure.
	Logger *slog.Logger
}
