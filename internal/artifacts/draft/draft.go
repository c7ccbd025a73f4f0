package draft

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runid"
	"github.com/wandgo/wandgo/internal/secret"
)

var (
	// ErrDuplicate means that two different files have the same path in an artifact.
	ErrDuplicate = errors.New("the artifact has another file with this path")
	// ErrUnnamed means that the draft was not made by the constructor.
	ErrUnnamed = errors.New("the artifact has no name")
	// ErrOpen means that a writer of the draft is not closed.
	ErrOpen = errors.New("a file of the artifact is still being written")
)

// Draft is what an artifact is to have. Methods are safe for concurrent use.
type Draft struct {
	name, typ string
	clientID  string
	describe  func() Description

	mu      sync.Mutex
	sources map[string]source
	kept    map[string]record.ArtifactEntry // that the server has
	refs    []Reference
	base    string // id of the version that the draft is a change of
	temp    temp
	writing int
}

// Description is what an artifact has beside its files.
type Description struct {
	Text          string
	Metadata      map[string]any
	TTLSeconds    int64
	Tags          []string
	StorageRegion string
	Algorithm     manifest.Algorithm
	// DistributedID and Incremental are as in [record.Artifact].
	DistributedID string
	Incremental   bool
	// Invalid is why the description cannot be logged; nil if it can.
	Invalid error
}

// Holder is embedded in the public type, which thereby has a draft that only this module
// can get at.
type Holder struct{ d *Draft }

func (h *Holder) holder() *Holder { return h }

// Of returns the draft of a type that embeds [Holder]. It is an empty one, which is an
// error when it is used, if x was not made by its constructor.
func Of(x interface{ holder() *Holder }) *Draft {
	if h := x.holder(); h != nil && h.d != nil {
		return h.d
	}
	return &Draft{}
}

// New returns a holder with an empty draft. The description is read when the draft is
// fixed.
func New(name, typ string, describe func() Description) Holder {
	return Holder{&Draft{name: name, typ: typ, clientID: runid.NewArtifact(), describe: describe}}
}

// Name and Type are as given to [New].
func (d *Draft) Name() string { return d.name }

// Type is as given to [New].
func (d *Draft) Type() string { return d.typ }

// Distributed reports whether several processes add to the version.
func (d *Draft) Distributed() bool { return d.describe != nil && d.describe().DistributedID != "" }

// ClientID names the version before the server does.
func (d *Draft) ClientID() string { return d.clientID }

// Base makes the draft a change of a version: the entries are kept unless they are
// replaced or removed.
func (d *Draft) Base(id string, entries []record.ArtifactEntry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.base, d.kept = id, make(map[string]record.ArtifactEntry, len(entries))
	for _, e := range entries {
		d.kept[e.Path] = e
	}
}

// Remove removes the entry of a path.
func (d *Draft) Remove(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, kept := d.kept[path]
	_, added := d.sources[path]
	if !kept && !added {
		return fmt.Errorf("remove %s from the artifact: %w", quote(path), fs.ErrNotExist)
	}
	delete(d.kept, path)
	delete(d.sources, path)
	return nil
}

// add adds a source under a path. Adding the same file again does nothing.
func (d *Draft) add(path string, s source) error {
	if err := checkPath(path); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.clientID == "" {
		return ErrUnnamed
	}
	if old, ok := d.sources[path]; ok && !old.same(&s) {
		return fmt.Errorf("%s: %w", quote(path), ErrDuplicate)
	}
	if d.sources == nil {
		d.sources = make(map[string]source)
	}
	d.sources[path] = s
	return nil
}

// checkPath is [manifest.CheckPath] for what a program adds.
func checkPath(path string) error {
	if err := manifest.CheckPath(path); err != nil {
		return &errors.InputError{
			Field: "path in the artifact", Value: secret.Redact(path), Rule: "must be relative, with slashes, and without empty, \".\" and \"..\" elements",
		}
	}
	return nil
}

// snapshot is the draft's content in the order of paths.
type snapshot struct {
	paths   []string
	sources map[string]source
	kept    map[string]record.ArtifactEntry
	refs    []Reference
	base    string
}

func (d *Draft) snapshot() (*snapshot, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.clientID == "":
		return nil, ErrUnnamed
	case d.writing > 0:
		return nil, ErrOpen
	}
	return &snapshot{
		paths: slices.Sorted(maps.Keys(d.sources)), sources: maps.Clone(d.sources), kept: maps.Clone(d.kept),
		refs: slices.Clone(d.refs), base: d.base,
	}, nil
}

func quote(s string) string { return plaintext.Quote(s, 80) }
