package record

// Artifact is a version of an artifact that the run logs: what to create on the server,
// and where the bytes of its files are. Name, Type and Manifest are set, and Digest unless
// the version is distributed.
type Artifact struct {
	RunID, Project, Entity string
	Type, Name             string // the name of the collection, without a version
	// Digest identifies the content: the hash of the manifest's paths and digests in hex.
	Digest string
	// DigestAlgorithm is MANIFEST_MD5 or MANIFEST_XXH128; empty means MANIFEST_MD5.
	DigestAlgorithm string
	Description     string
	Metadata        string // a JSON object, or empty
	// UserCreated means that the version is not an output of the run.
	UserCreated bool
	// UseAfterCommit makes the version an input of the run instead of an output.
	UseAfterCommit bool
	Aliases, Tags  []string
	Manifest       *ArtifactManifest
	// DistributedID is common to the processes that add to one version. Only the last one
	// sets Finalize, which commits it; other versions always have it.
	DistributedID string
	Finalize      bool
	// ClientID and SequenceClientID name the version and its collection before the server does.
	ClientID, SequenceClientID string
	// BaseID is the id of the version that this one is a change of.
	BaseID string
	// TTLSeconds is how long the server keeps the version: 0 leaves the setting alone, -1
	// takes it from the collection, and -2 is for ever.
	TTLSeconds int64
	// Incremental means that the manifest has only what is new since the latest version.
	Incremental bool
	// HistoryStep is the step at which the artifact was logged, or 0. Logs do not have it.
	HistoryStep int64
}

// ArtifactManifest lists the files of an artifact.
type ArtifactManifest struct {
	Version       int32
	StoragePolicy string
	Config        []ArtifactItem  // of the storage policy
	Entries       []ArtifactEntry // sorted by path
	// EntriesFile names a file with the entries, if there are too many for a record: JSON
	// lines, compressed with gzip.
	EntriesFile string
}

// ArtifactEntry is a file of an artifact, or a reference to data that is elsewhere.
type ArtifactEntry struct {
	Path   string // relative, separated by slashes
	Digest string // of the content in base64; of a reference any text
	Ref    string // the URI of a reference
	Size   int64  // bytes
	Type   string // MIME type, mostly empty
	// LocalPath is where the content is on this machine. It is empty if the server has
	// the content, and for references.
	LocalPath string
	// BirthID is the id of the version that the content was uploaded with.
	BirthID   string
	SkipCache bool
	Extra     []ArtifactItem
}

// ArtifactItem is one member of a JSON object.
type ArtifactItem struct{ Key, JSON string }

// UseArtifact means that the run reads a version of an artifact.
type UseArtifact struct {
	ID   string // of the version on the server
	Type string
	Name string // as the program named it, with version or alias
}

func (*Artifact) record()    {}
func (*UseArtifact) record() {}
