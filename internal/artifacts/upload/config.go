package upload

import "github.com/wandgo/wandgo/internal/connection"

const (
	// DefaultParallel is half of the official client's. Most files of artifacts are small,
	// so that the time of a round trip counts, and not the bandwidth.
	DefaultParallel = 64
	// multipart and part are the defaults of [Config], which are the official client's.
	multipart, part = 2 << 30, 100 << 20
)

// Config configures an [Uploader]. All fields but Multipart and Part are required.
type Config struct {
	// Connection is the client's. Its ArtifactSlots may be shared by several uploaders.
	*connection.Connection
	// Entity, Project and Run name the run that logs the artifacts.
	Entity, Project, Run string
	// Multipart is the size in bytes from which a file is sent in parts, and Part the size of
	// a part. The defaults are 2 GiB and 100 MiB.
	Multipart, Part int64
}
