package wandbtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/fakeserver/objects"
)

// ArtifactView is a snapshot of a version of an artifact. It does not change later.
type ArtifactView struct {
	// ID is the server's own id.
	ID string
	// ClientID is the id that the client gave to it, which values of the history refer to as
	// wandb-client-artifact://ID/PATH; "" if it gave none.
	ClientID string
	// Entity, Project and Collection are where it was logged.
	Entity, Project, Collection string
	Type                        string
	// Version counts from 0; -1 until the artifact is committed.
	Version int
	// State is "PENDING", "COMMITTED" or "DELETED".
	State string
	// Digest is the digest of the whole artifact, DigestAlgorithm "MANIFEST_MD5" or
	// "MANIFEST_XXH128".
	Digest, DigestAlgorithm string
	Description             string
	// Metadata is the JSON as it was sent.
	Metadata string
	// Aliases are the aliases in the collection, sorted, without the version.
	Aliases, Tags []string
	// TTL is the time to live in seconds: -1 if it is inherited, -2 for no limit.
	TTL int
	// StorageRegion is the region that the client requested.
	StorageRegion string
	// HistoryStep is the step of the run at which it was logged; -1 if none was sent.
	HistoryStep int
	// Run is the run that logged it; the zero RunKey if none did.
	Run RunKey
	// UsedBy are the runs that used it.
	UsedBy []RunKey
	// Links are the other collections that it is in.
	Links []ArtifactLink
	// Manifest is the JSON of the current manifest; nil until the artifact is committed.
	Manifest []byte
	// Files are the entries of the manifest, sorted by name.
	Files []ArtifactFile
	// Manifests counts the manifests that were created.
	Manifests int
	// CreatedAt and UpdatedAt are by the server's clock.
	CreatedAt, UpdatedAt time.Time

	notes []string
}

// ArtifactLink is a collection that a version is linked into.
type ArtifactLink struct {
	Entity, Project, Collection string
	Version                     int
	// Aliases are sorted, without the version.
	Aliases []string
}

// ArtifactFile is a file of an artifact.
type ArtifactFile struct {
	Name string
	// Digest and Size are as in the manifest.
	Digest string
	Size   int64
	// Ref is the address of a reference; "" for a file.
	Ref string
	// Uploads counts how often its content was uploaded, also by earlier versions.
	Uploads int

	content *objects.Object
}

// Content returns the content of a file, or an error for a reference.
func (f ArtifactFile) Content() ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// Open returns a reader of the content of a file, or an error for a reference.
func (f ArtifactFile) Open() (io.Reader, error) {
	if f.content == nil {
		return nil, fmt.Errorf("open %s: %w", f.Name, errors.ErrUnsupported)
	}
	return f.content.Reader(), nil
}

// File returns the file of a name, and whether there is one.
func (v ArtifactView) File(name string) (ArtifactFile, bool) {
	i := slices.IndexFunc(v.Files, func(f ArtifactFile) bool { return f.Name == name })
	if i < 0 {
		return ArtifactFile{}, false
	}
	return v.Files[i], true
}

// Violations lists where the client violated the protocol, such as
//
//   - a digest that is not that of the manifest's entries; XXH128 is not checked,
//   - a file whose size is not that in the manifest,
//   - an entry without the id of the artifact that it was uploaded with,
//   - a reference with an id that only the client knows.
func (v ArtifactView) Violations() []string { return slices.Clone(v.notes) }

// Artifact returns a snapshot of a version, and whether it exists. The path has the format
// "entity/project/collection:alias", as for clients. Without an alias it means the latest
// version.
func (s *Server) Artifact(path string) (ArtifactView, bool) {
	parts := strings.SplitN(path, "/", 3)
	if len(parts) != 3 {
		return ArtifactView{}, false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.realm.project(parts[0], parts[1])
	if p == nil {
		return ArtifactView{}, false
	}
	m := p.named(&Policy{}, parts[2])
	if m == nil {
		return ArtifactView{}, false
	}
	return s.artifactView(m.artifact), true
}

// ArtifactByID returns a snapshot of the version with an ID or a ClientID, and whether it
// exists.
func (s *Server) ArtifactByID(id string) (ArtifactView, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a := cmp.Or(s.artifacts.byID[id], s.artifacts.byClientID[id])
	if a == nil {
		return ArtifactView{}, false
	}
	return s.artifactView(a), true
}

// Artifacts returns snapshots of all artifacts in the order of their creation, also of those
// that are pending or deleted.
func (s *Server) Artifacts() []ArtifactView {
	s.mu.RLock()
	defer s.mu.RUnlock()
	views := make([]ArtifactView, len(s.artifacts.all))
	for i, a := range s.artifacts.all {
		views[i] = s.artifactView(a)
	}
	return views
}

// WaitArtifact blocks until the version exists and satisfies cond, and returns it. It is
// called as by [Server.WaitRun].
func (s *Server) WaitArtifact(ctx context.Context, path string, cond func(ArtifactView) bool) (ArtifactView, error) {
	return waitFor(ctx, &s.changed, "artifact "+path, func() (ArtifactView, bool) { return s.Artifact(path) }, cond)
}

func (s *Server) artifactView(a *artifact) ArtifactView {
	c := a.sequence
	v := ArtifactView{
		ID: a.id, ClientID: a.clientID, Entity: c.project.Entity, Project: c.project.Name, Collection: c.name, Type: c.typ, Version: -1, State: a.state,
		Digest: a.digest, DigestAlgorithm: a.algorithm, Description: a.description, Metadata: a.metadata, Tags: slices.Clone(a.tags),
		TTL: int(a.ttl), StorageRegion: a.region, HistoryStep: -1, UsedBy: keysOf(a.usedBy), Manifests: len(a.manifests),
		CreatedAt: a.created, UpdatedAt: a.updated, notes: slices.Clone(a.violations),
	}
	if step, ok := a.historyStep.(int); ok {
		v.HistoryStep = step
	}
	if a.run != nil {
		v.Run = a.run.key
	}
	for _, m := range a.memberships {
		if m.collection == c {
			v.Version, v.Aliases = m.version, m.aliases()
			continue
		}
		v.Links = append(v.Links, ArtifactLink{
			Entity: m.collection.project.Entity, Project: m.collection.project.Name, Collection: m.collection.name, Version: m.version, Aliases: m.aliases(),
		})
	}
	if a.content != nil {
		v.Manifest, _ = a.content.Bytes() // nil after the server was closed
	}
	for i := range a.entries {
		e := &a.entries[i]
		file := ArtifactFile{Name: e.name, Digest: e.Digest, Size: e.Size, Ref: e.Ref}
		if f := s.fileOf(a, e); f != nil && e.Ref == "" {
			file.content, file.Uploads = f.content, f.uploads
		}
		v.Files = append(v.Files, file)
	}
	return v
}

func keysOf(runs []*run) []RunKey {
	var keys []RunKey
	for _, r := range runs {
		keys = append(keys, r.key)
	}
	return keys
}
