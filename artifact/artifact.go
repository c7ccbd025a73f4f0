package artifact

import (
	"io"
	"io/fs"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/draft"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
)

// holder hides what only this module uses of an artifact.
type holder = draft.Holder

// Values of [Artifact.TTL] with a meaning of their own.
const (
	// TTLInherit uses the setting of the collection.
	TTLInherit time.Duration = -1
	// TTLNever keeps the version forever.
	TTLNever time.Duration = -2
)

// Digest is how an artifact's content is hashed.
type Digest string

// The digests.
const (
	// MD5 is the default. Every server accepts it.
	MD5 Digest = ""
	// XXH128 is several times faster. If the server does not accept it, MD5 is used.
	XXH128 Digest = "XXH128"
)

// Artifact is an artifact that is not on the server yet. [New] makes it. Its methods are
// safe for concurrent use; its fields may be set until it is logged.
type Artifact struct {
	holder

	// Description is shown with the version.
	Description string
	// Metadata is up to 100 keys with values that encoding/json can encode. NaN becomes
	// null; an infinite number is an error.
	Metadata map[string]any
	// Tags are shown with the version. Each consists of words of letters, digits, '_' and '-'
	// with spaces between them.
	Tags []string
	// TTL is how long the server keeps the version; 0 leaves that to the server. It must be a
	// number of whole seconds, or one of [TTLInherit] and [TTLNever].
	TTL time.Duration
	// StorageRegion is where the server stores the files, for servers that offer a choice.
	StorageRegion string
	// Digest is how the content is hashed.
	Digest Digest
	// DistributedID is common to several processes that add files to one version. Each logs its
	// part with ArtifactOptions.Partial, except the last one, which completes the version.
	DistributedID string
	// Incremental adds the files to those of the latest version.
	Incremental bool
}

// New returns an artifact without files. The name is that of a collection of versions
// within a project: letters, digits, '_', '-' and '.', at most 128 of them. The type is
// common to the versions, such as "model" or "dataset". A name or type that the server
// refuses is reported when the artifact is logged.
func New(name, typ string) *Artifact {
	a := &Artifact{}
	a.holder = draft.New(name, typ, a.describe)
	return a
}

func (a *Artifact) describe() draft.Description {
	ttl, err := ttlSeconds(a.TTL)
	return draft.Description{
		Text: a.Description, Metadata: a.Metadata, Tags: a.Tags, TTLSeconds: ttl, StorageRegion: a.StorageRegion,
		Algorithm: manifest.Algorithm(a.Digest), DistributedID: a.DistributedID, Incremental: a.Incremental, Invalid: err,
	}
}

// ttlSeconds is a TTL as the server has it. The error is an [*errors.InputError].
func ttlSeconds(ttl time.Duration) (int64, error) {
	switch {
	case ttl == TTLInherit, ttl == TTLNever:
		return int64(ttl), nil
	case ttl < 0, ttl%time.Second != 0:
		return 0, &errors.InputError{Field: "artifact TTL", Value: ttl.String(), Rule: "must be whole seconds, TTLInherit or TTLNever"}
	}
	return int64(ttl / time.Second), nil
}

// Name is the name of the artifact's collection.
func (a *Artifact) Name() string { return draft.Of(a).Name() }

// Type is the artifact's type.
func (a *Artifact) Type() string { return draft.Of(a).Type() }

// AddFile adds a file under a name, which is a path with slashes. An empty name means the last
// element of path. The content is read when the artifact is logged. Adding the same file again
// does nothing.
//
// Errors:
//   - the file does not exist, cannot be examined or is not a regular file;
//   - the name is absolute, or has empty, "." or ".." elements;
//   - the artifact has another file with this name.
func (a *Artifact) AddFile(path, name string) error { return draft.Of(a).AddFile(path, name) }

// AddDir adds the files below a directory, under a prefix that may be empty. Their names
// are listed now, their content is read when the artifact is logged. Symbolic links to
// files and directories are followed.
//
// Errors are those of [Artifact.AddFile], and those of listing directories. A link that leads to a
// directory above it is an error, as are sockets, pipes and devices.
func (a *Artifact) AddDir(dir, prefix string) error { return draft.Of(a).AddDir(dir, prefix) }

// AddFS adds the files of a file system, under a prefix that may be empty. The file system
// must stay usable until the artifact is logged. Errors are those of [Artifact.AddDir].
func (a *Artifact) AddFS(fsys fs.FS, prefix string) error { return draft.Of(a).AddFS(fsys, prefix) }

// AddBytes adds a copy of b under a name. Errors are those of [Artifact.AddFile].
func (a *Artifact) AddBytes(name string, b []byte) error { return draft.Of(a).AddBytes(name, b) }

// Create adds a file that the program writes. It belongs to the artifact once it is closed;
// logging an artifact with an open file is an error. Until the artifact is logged, the
// content is in the directory for temporary files ($TMPDIR).
//
// Errors are those of [Artifact.AddFile] and of creating a file. That the artifact has
// another file with this name is an error of Close.
func (a *Artifact) Create(name string) (io.WriteCloser, error) { return draft.Of(a).Create(name) }

// Remove removes a file that was added, or that a new draft of a version kept. The error is
// fs.ErrNotExist if no file has this name.
func (a *Artifact) Remove(name string) error { return draft.Of(a).Remove(name) }
