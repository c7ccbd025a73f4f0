package wandbtest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/fakeserver/objects"
)

// The states of an artifact.
const (
	artifactPending   = "PENDING"
	artifactCommitted = "COMMITTED"
	artifactDeleted   = "DELETED"
)

// digestMD5 is the algorithm of the digests that the server checks.
const digestMD5 = "MANIFEST_MD5"

// aliasLatest is the alias of the newest version.
const aliasLatest = "latest"

// maxArtifactName is how many characters a collection, type, alias or tag may have.
const maxArtifactName = 128

// artifacts are all artifacts of a server. They are guarded by Server.mu.
type artifacts struct {
	all         []*artifact
	byID        map[string]*artifact
	byClientID  map[string]*artifact
	collections map[string]*collection // by id
	manifests   map[string]*artifactManifest
	files       map[string]*storedFile // by storage path
	uploads     int                    // multipart uploads
}

func newArtifacts() artifacts {
	return artifacts{
		byID: map[string]*artifact{}, byClientID: map[string]*artifact{},
		collections: map[string]*collection{}, manifests: map[string]*artifactManifest{}, files: map[string]*storedFile{},
	}
}

// collection is a sequence, which holds what runs log under one name, or a portfolio, into
// which versions of sequences are linked.
type collection struct {
	id, name, typ string
	project       *project
	portfolio     bool
	created       time.Time
	members       []*membership // in the order of their versions
	next          int           // the next version
	aliases       map[string]*membership
	// Of a sequence.
	algorithm string
	logged    []*artifact // also those that are not committed
	byName    map[fileKey]*storedFile
	byDigest  map[string]*storedFile
}

// membership is a version of a collection.
type membership struct {
	id         string
	collection *collection
	artifact   *artifact
	version    int
	created    time.Time
}

// artifact is an artifact as stored.
type artifact struct {
	violations
	id                            string
	sequence                      *collection
	state, digest, algorithm      string
	description, metadata, region string
	clientID, distributedID       string
	requested                     []string // aliases at the commit
	tags                          []string
	ttl                           float64
	historyStep                   any
	created, updated              time.Time
	creator                       string
	run                           *run // that logged it, or nil
	manifests                     []*artifactManifest
	content                       *objects.Object // the manifest after the commit
	config                        manifestConfig
	entries                       []manifestEntry // by name
	size                          int64
	memberships                   []*membership // the sequence's first
	usedBy                        []*run
}

// artifactManifest is a manifest as it is created and uploaded.
type artifactManifest struct {
	id, kind, name, digest string
	artifact, base         *artifact
	content                *objects.Object
}

// fileKey names a file's content within a sequence.
type fileKey struct{ name, digest string }

// storedFile is a file of the object store.
type storedFile struct {
	path    string // in the store
	name    string
	birth   *artifact
	md5     string // in base64
	content *objects.Object
	uploads int
	// Of an upload in parts.
	uploadID string
	hexMD5   []string
	parts    map[int]*objects.Object
}

// collectionList returns the project's collections in the order of their creation.
func (p *project) collectionList(typ string) []*collection {
	all := slices.SortedFunc(maps.Values(p.collections), func(a, b *collection) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.name, b.name))
	})
	return only(all, func(c *collection) bool { return typ == "" || c.typ == typ })
}

// artifactTypes are the types of the project's collections.
func (p *project) artifactTypes() []string {
	seen := map[string]bool{}
	for _, c := range p.collections {
		seen[c.typ] = true
	}
	return sortedKeys(seen)
}

// addCollection creates a collection, or returns the one of the name. It is an error if that
// is of another kind or type.
func (s *Server) addCollection(p *project, name, typ string, portfolio bool) (*collection, error) {
	if c := p.collections[name]; c != nil {
		switch {
		case c.typ != typ:
			return nil, badRequest("artifact collection %s already exists with type %s; it cannot have an artifact of type %s", name, c.typ, typ)
		case c.portfolio != portfolio:
			return nil, badRequest("artifact collection %s is of another kind", name)
		}
		return c, nil
	}
	c := &collection{
		id: globalID("ArtifactCollection", strconv.Itoa(len(s.artifacts.collections)+1)), name: name, typ: typ, project: p, portfolio: portfolio,
		created: s.cfg.clock(), aliases: map[string]*membership{}, byName: map[fileKey]*storedFile{}, byDigest: map[string]*storedFile{},
	}
	s.realm.add(p)
	p.collections[name] = c
	s.artifacts.collections[c.id] = c
	return c, nil
}

// add makes the artifact the next version of the collection, or returns the version that it
// has.
func (c *collection) add(a *artifact, now time.Time) *membership {
	if m := c.memberOf(a); m != nil {
		return m
	}
	m := &membership{
		id:         globalID("ArtifactCollectionMembership", c.id, strconv.Itoa(c.next)),
		collection: c, artifact: a, version: c.next, created: now,
	}
	c.next++
	c.members = append(c.members, m)
	a.memberships = append(a.memberships, m)
	return m
}

// memberOf returns the artifact's membership, or nil.
func (c *collection) memberOf(a *artifact) *membership {
	i := slices.IndexFunc(a.memberships, func(m *membership) bool { return m.collection == c })
	if i < 0 {
		return nil
	}
	return a.memberships[i]
}

// remove removes a version and its aliases.
func (c *collection) remove(m *membership) {
	same := func(other *membership) bool { return other == m }
	c.members = slices.DeleteFunc(c.members, same)
	m.artifact.memberships = slices.DeleteFunc(m.artifact.memberships, same)
	for alias, at := range c.aliases {
		if at == m {
			delete(c.aliases, alias)
		}
	}
	if newest := c.newest(); newest != nil && c.aliases[aliasLatest] == nil {
		c.aliases[aliasLatest] = newest
	}
}

func (c *collection) newest() *membership {
	if len(c.members) == 0 {
		return nil
	}
	return c.members[len(c.members)-1]
}

// resolve finds a version by an alias, its number, or a digest; by "" the latest. It returns
// nil if there is none.
func (c *collection) resolve(alias string) *membership {
	alias = cmp.Or(alias, aliasLatest)
	if m := c.aliases[alias]; m != nil {
		return m
	}
	for _, m := range slices.Backward(c.members) {
		if alias == m.name() || alias == m.artifact.digest {
			return m
		}
	}
	return nil
}

// name is the version's name, such as "v3".
func (m *membership) name() string { return "v" + strconv.Itoa(m.version) }

// setAliases moves aliases to the version.
func (m *membership) setAliases(aliases ...string) {
	for _, alias := range aliases {
		m.collection.aliases[alias] = m
	}
}

// aliases are the version's aliases by name.
func (m *membership) aliases() []string {
	var names []string
	for _, alias := range sortedKeys(m.collection.aliases) {
		if m.collection.aliases[alias] == m {
			names = append(names, alias)
		}
	}
	return names
}

// named finds a version by "collection[:alias]" in a project.
func (p *project) named(policy *Policy, name string) *membership {
	collection, alias, _ := strings.Cut(name, ":")
	c := p.collections[collection]
	if c == nil {
		return nil
	}
	if policy.ShowPending && (alias == "" || alias == aliasLatest) && len(c.logged) > 0 {
		if a := c.logged[len(c.logged)-1]; a.state == artifactPending {
			return &membership{id: globalID("ArtifactCollectionMembership", c.id, "pending"), collection: c, artifact: a, version: c.next, created: a.created}
		}
	}
	return c.resolve(alias)
}

// writableArtifact finds an artifact by its id and checks that the caller may change it.
func (x *execution) writableArtifact(id string) (*artifact, error) {
	a := x.artifact(id)
	if a == nil {
		return nil, noArtifact
	}
	p := a.sequence.project
	return a, x.standing(p.Entity).mayWrite(p)
}

// canReadArtifact says whether the caller can see the artifact, in its own project or in one
// that it is linked into.
func (x *execution) canReadArtifact(a *artifact) bool {
	return x.canRead(a.sequence.project) || slices.ContainsFunc(a.memberships, func(m *membership) bool { return x.canRead(m.collection.project) })
}

// mayChange checks that the caller may change a collection and these of its aliases.
func (x *execution) mayChange(c *collection, aliases []string) error {
	return x.standing(c.project.Entity).mayChange(c, aliases)
}
