package wandbtest

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wandgo/wandgo/internal/fakeserver/objects"
)

// createArtifact creates a version that is not complete yet, or returns the one that has the
// same content.
func (x *execution) createArtifact(in arguments) (any, error) {
	s := x.server
	p, r, err := x.artifactTarget(in)
	if err != nil {
		return nil, err
	}
	name := in.text("artifactCollectionName")
	if names := in.texts("artifactCollectionNames"); name == "" && len(names) > 0 {
		name = names[0]
	}
	aliases, err := aliasesOf(in, name)
	if err != nil {
		return nil, err
	}
	if err := checkArtifact(in, name); err != nil {
		return nil, err
	}
	c, err := s.addCollection(p, name, in.text("artifactTypeName"), false)
	if err != nil {
		return nil, err
	}
	if err := x.mayChange(c, aliases); err != nil {
		return nil, err
	}
	algorithm := in.text("digestAlgorithm")
	if len(c.members) > 0 && c.algorithm != algorithm {
		return nil, badRequest("artifact collection %s has digests of %s", name, c.algorithm)
	}
	if a := c.sameArtifact(in); a != nil {
		if a.state == artifactCommitted {
			c.memberOf(a).setAliases(aliases...)
		} else {
			a.requested = union(a.requested, aliases)
		}
		return fields{"artifact": a}, nil
	}
	c.algorithm = algorithm
	a := s.addArtifact(c, in, aliases)
	a.creator, a.run = x.caller.user.Username, r
	return fields{"artifact": a}, nil
}

// artifactTarget finds the project and the run of an input, and checks that the caller may
// write to them. The project may be a new one.
func (x *execution) artifactTarget(in arguments) (*project, *run, error) {
	if in.text("runName") != "" {
		r, err := x.writableRun(in)
		if err != nil {
			return nil, nil, err
		}
		return r.project, r, nil
	}
	p, err := x.projectToWrite(in.text("entityName"), in.text("projectName"))
	return p, nil, err
}

var (
	artifactNames = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	tagNames      = regexp.MustCompile(`^[-\w]+( +[-\w]+)*$`)
	hexDigest     = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// checkArtifact refuses invalid input, which no permission makes valid.
func checkArtifact(in arguments, name string) error {
	typ := in.text("artifactTypeName")
	switch {
	case !artifactNames.MatchString(name) || len(name) > maxArtifactName:
		return badRequest("invalid parameters: artifact collection name %q", name)
	case typ == "" || strings.ContainsAny(typ, "/:") || utf8.RuneCountInString(typ) > maxArtifactName:
		return badRequest("invalid parameters: artifact type name %q", typ)
	case !hexDigest.MatchString(in.text("digest")):
		return badRequest("invalid parameters: digest %q", in.text("digest"))
	}
	return checkTags(tagsOf(in, "tags"))
}

func checkTags(tags []string) error {
	for _, tag := range tags {
		if !tagNames.MatchString(tag) || utf8.RuneCountInString(tag) > maxArtifactName {
			return badRequest("invalid parameters: tag %q", tag)
		}
	}
	return nil
}

// aliasesOf reads the aliases of an input for a collection, each once.
func aliasesOf(in arguments, collection string) ([]string, error) {
	var aliases []string
	for _, e := range in.inputs("aliases") {
		alias := e.text("alias")
		if alias == "" || strings.ContainsAny(alias, "/:") || utf8.RuneCountInString(alias) > maxArtifactName {
			return nil, badRequest("invalid parameters: alias %q", alias)
		}
		if e.text("artifactCollectionName") == collection && !versionAlias.MatchString(alias) {
			aliases = union(aliases, []string{alias})
		}
	}
	return aliases, nil
}

// versionAlias matches the aliases that are the numbers of versions.
var versionAlias = regexp.MustCompile(`^v\d+$`)

func tagsOf(in arguments, name string) []string {
	var tags []string
	for _, e := range in.inputs(name) {
		tags = append(tags, e.text("tagName"))
	}
	return tags
}

func union(a, b []string) []string {
	for _, text := range b {
		if !slices.Contains(a, text) {
			a = append(slices.Clip(a), text)
		}
	}
	return a
}

// sameArtifact finds the artifact of an input that was sent before, by another of several
// processes, or with the same content. It may return nil.
func (c *collection) sameArtifact(in arguments) *artifact {
	distributed, client := in.text("distributedID"), in.text("clientID")
	deduplicate, _ := in["enableDigestDeduplication"].(bool)
	for _, a := range slices.Backward(c.logged) {
		switch {
		case a.state == artifactDeleted:
		case a.state == artifactPending && distributed != "" && a.distributedID == distributed:
			return a
		case a.state == artifactPending && client != "" && a.clientID == client && a.digest == in.text("digest"):
			return a
		case a.state == artifactCommitted && deduplicate && a.digest == in.text("digest"):
			return a
		}
	}
	return nil
}

func (s *Server) addArtifact(c *collection, in arguments, aliases []string) *artifact {
	all := &s.artifacts
	now := s.cfg.clock()
	a := &artifact{
		id: globalID("Artifact", strconv.Itoa(len(all.all)+1)), sequence: c, state: artifactPending,
		digest: in.text("digest"), algorithm: in.text("digestAlgorithm"), description: in.text("description"),
		metadata: in.text("metadata"), region: in.text("storageRegion"), clientID: in.text("clientID"),
		distributedID: in.text("distributedID"), requested: aliases, tags: union(nil, tagsOf(in, "tags")), ttl: ttlInherited,
		created: now, updated: now,
	}
	if seconds, ok := in.number("ttlDurationSeconds"); ok {
		a.ttl = seconds
	}
	if step, ok := in.number("historyStep"); ok {
		a.historyStep = int(step)
	}
	all.all = append(all.all, a)
	all.byID[a.id] = a
	c.logged = append(c.logged, a)
	if a.clientID != "" {
		all.byClientID[a.clientID] = a
	}
	return a
}

// ttlInherited is the time to live, in seconds, of an artifact that has none of its own.
const ttlInherited = -1

// createManifest creates a manifest of an artifact.
func (x *execution) createManifest(in arguments) (any, error) {
	s := x.server
	if _, err := x.writableRun(in); err != nil {
		return nil, err
	}
	a, err := x.pendingArtifact(in.text("artifactID"))
	if err != nil {
		return nil, err
	}
	m := &artifactManifest{
		id:   globalID("ArtifactManifest", strconv.Itoa(len(s.artifacts.manifests)+1)),
		kind: in.text("type"), name: in.text("name"), digest: in.text("digest"), artifact: a,
	}
	if base := in.text("baseArtifactID"); base != "" {
		if m.base = s.artifacts.byID[base]; m.base == nil || !x.canReadArtifact(m.base) {
			return nil, noArtifact
		}
	}
	a.manifests = append(a.manifests, m)
	s.artifacts.manifests[m.id] = m
	return fields{"artifactManifest": m}, nil
}

// pendingArtifact finds an artifact that the caller may still add files to.
func (x *execution) pendingArtifact(id string) (*artifact, error) {
	a, err := x.writableArtifact(id)
	if err == nil && a.state != artifactPending {
		err = badRequest("artifact %s is committed; it cannot be changed", id)
	}
	return a, err
}

// updateManifest sets a manifest's digest.
func (x *execution) updateManifest(in arguments) (any, error) {
	m := x.server.artifacts.manifests[in.text("artifactManifestID")]
	if m == nil {
		return nil, noManifest
	}
	if _, err := x.pendingArtifact(m.artifact.id); err != nil {
		return nil, err
	}
	if digest, ok := in.optional("digest"); ok {
		m.digest = digest
	}
	return fields{"artifactManifest": m}, nil
}

// createArtifactFiles returns the addresses to upload files to.
func (x *execution) createArtifactFiles(in arguments) (any, error) {
	var nodes []fields
	for _, spec := range in.inputs("artifactFiles") {
		a, err := x.pendingArtifact(spec.text("artifactID"))
		if err != nil {
			return nil, err
		}
		if m := spec.text("artifactManifestID"); m != "" && (x.server.artifacts.manifests[m] == nil || x.server.artifacts.manifests[m].artifact != a) {
			return nil, noManifest
		}
		f, err := x.server.addFile(a, spec)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, f.uploadFields(x.server))
	}
	files := connection(nodes, nil)
	files["uploadHeaders"] = []string{}
	return fields{"files": files}, nil
}

// addFile returns the file of the store for a name and content in the artifact's sequence.
func (s *Server) addFile(a *artifact, spec arguments) (*storedFile, error) {
	name, sum := spec.text("name"), spec.text("md5")
	raw, err := base64.StdEncoding.DecodeString(sum)
	if err != nil || len(raw) != 16 {
		return nil, badRequest("invalid parameters: md5 %q", sum)
	}
	if !validFileName(name) {
		return nil, badRequest("invalid parameters: file name %q", name)
	}
	digest := cmp.Or(spec.text("digest"), sum)
	key := fileKey{name, digest}
	f := a.sequence.byName[key]
	if f == nil {
		f = &storedFile{name: name, birth: a, md5: sum, path: artifactFolder + idFolder(a.id) + "/" + hex.EncodeToString(raw) + "/" + name}
		a.sequence.byName[key] = f
		a.sequence.byDigest[digest] = f
		s.artifacts.files[f.path] = f
	}
	parts := spec.inputs("uploadPartsInput")
	if len(parts) == 0 || f.content != nil {
		return f, nil
	}
	s.artifacts.uploads++
	f.uploadID, f.hexMD5, f.parts = "upload"+strconv.Itoa(s.artifacts.uploads), nil, map[int]*objects.Object{}
	for i, part := range parts {
		if n, _ := part.number("partNumber"); int(n) != i+1 {
			return nil, badRequest("invalid parameters: parts are not numbered from 1")
		}
		f.hexMD5 = append(f.hexMD5, part.text("hexMD5"))
	}
	return f, nil
}

// completeMultipart joins the parts of a file.
func (x *execution) completeMultipart(in arguments) (any, error) {
	if _, err := x.pendingArtifact(in.text("artifactID")); err != nil {
		return nil, err
	}
	f := x.server.artifacts.files[in.text("storagePath")]
	if f == nil || f.uploadID == "" || f.uploadID != in.text("uploadID") {
		return nil, badRequest("NoSuchUpload: the upload does not exist")
	}
	completed := in.inputs("completedParts")
	if len(completed) != len(f.hexMD5) {
		return nil, badRequest("InvalidPart: %d of %d parts", len(completed), len(f.hexMD5))
	}
	var parts []io.Reader
	var size int64
	for i, part := range completed {
		have := f.parts[i+1]
		if n, _ := part.number("partNumber"); int(n) != i+1 || have == nil || strings.Trim(part.text("hexMD5"), `"`) != hexMD5(have) {
			return nil, badRequest("InvalidPart: part %d", i+1)
		}
		parts, size = append(parts, have.Reader()), size+have.Size
	}
	whole, err := x.server.objects.Read(io.MultiReader(parts...), size)
	if err != nil {
		return nil, err
	}
	if md5Text(whole) != f.md5 {
		return nil, badRequest("BadDigest: the parts have another digest than the file")
	}
	f.content, f.uploadID, f.parts = whole, "", nil
	f.uploads++
	return fields{"digest": f.md5}, nil
}

// commitArtifact makes a version visible.
func (x *execution) commitArtifact(in arguments) (any, error) {
	a, err := x.writableArtifact(in.text("artifactID"))
	if err != nil {
		return nil, err
	}
	if a.state == artifactCommitted {
		return fields{"artifact": a}, nil
	}
	if err := a.assemble(); err != nil {
		return nil, err
	}
	if missing := x.server.missing(a); len(missing) > 0 {
		return nil, badRequest("cannot commit artifact %s: files were not uploaded: %s", a.id, strings.Join(missing[:min(3, len(missing))], ", "))
	}
	a.checkDigest()
	now := x.server.cfg.clock()
	a.state, a.updated = artifactCommitted, now
	a.sequence.add(a, now).setAliases(append(a.requested, aliasLatest)...)
	return fields{"artifact": a}, nil
}
