package wandbtest

import (
	"net/http"
	"slices"
)

// artifactObject is the type Artifact.
type artifactObject struct{ *artifact }

func (*artifactObject) typeName() string { return "Artifact" }

func (a *artifactObject) field(x *execution, name string, args arguments) (any, error) {
	switch name {
	case "id":
		return a.id, nil
	case "digest":
		return a.digest, nil
	case "digestAlgorithm":
		return a.algorithm, nil
	case "description":
		return orNil(a.description), nil
	case "metadata":
		return orNil(a.metadata), nil
	case "state":
		return a.state, nil
	case "commitHash":
		return a.digest[:20], nil
	case "versionIndex":
		if m := a.membership(args); m != nil {
			return m.version, nil
		}
		return nil, nil
	case "aliases":
		return a.aliasObjects(x, args.text("artifactCollectionName")), nil
	case "tags":
		list := []object{}
		for _, tag := range a.tags {
			list = append(list, fields{"id": globalID("Tag", tag), "name": tag})
		}
		return list, nil
	case "size":
		return int(a.size), nil
	case "fileCount":
		return len(a.entries), nil
	case "artifactType":
		return &artifactTypeObject{a.sequence.project, a.sequence.typ}, nil
	case "artifactSequence":
		return &collectionObject{a.sequence}, nil
	case "historyStep":
		return a.historyStep, nil
	case "ttlDurationSeconds":
		return int(a.ttl), nil
	case "ttlIsInherited":
		return a.ttl == ttlInherited, nil
	case "createdAt":
		return a.created, nil
	case "updatedAt":
		return a.updated, nil
	}
	return a.relation(x, name, args)
}

// relation resolves the fields about what the artifact is connected to.
func (a *artifactObject) relation(x *execution, name string, args arguments) (any, error) {
	switch name {
	case "artifactMemberships":
		var list []*membershipObject
		for _, m := range a.memberships {
			if x.canReadProject(m.collection.project) {
				list = append(list, &membershipObject{m})
			}
		}
		return connection(list, nil), nil
	case "createdBy":
		if a.run != nil {
			return x.runObject(a.run), nil
		}
		return x.asUser(a.creator), nil
	case "usedBy":
		var list []*runObject
		for _, r := range a.usedBy {
			if x.canReadProject(r.project) && !r.isDeleted() {
				list = append(list, x.runObject(r))
			}
		}
		return connection(list, args), nil
	case "currentManifest":
		return a.currentManifest(x), nil
	case "files":
		return x.artifactFiles(a.artifact, args), nil
	}
	return nil, nil
}

// membership returns the membership in the collection that the arguments name, or in the
// sequence.
func (a *artifact) membership(args arguments) *membership {
	name := args.text("artifactCollectionName")
	for _, m := range a.memberships {
		if name == "" && m.collection == a.sequence || name != "" && m.collection.name == name {
			return m
		}
	}
	return nil
}

// aliasObjects are the aliases in the collections that the caller can see, or in those of a
// name.
func (a *artifact) aliasObjects(x *execution, collection string) []object {
	list := []object{}
	for _, m := range a.memberships {
		if (collection == "" || m.collection.name == collection) && x.canReadProject(m.collection.project) {
			list = append(list, m.aliasObjects()...)
		}
	}
	return list
}

// currentManifest is the manifest of what was committed.
func (a *artifact) currentManifest(x *execution) any {
	if a.content == nil {
		return nil
	}
	last := a.manifests[len(a.manifests)-1]
	file := fields{
		"id": globalID("File", a.id), "name": last.name, "directUrl": x.server.presign(http.MethodGet, a.contentPath(), 0),
		"sizeBytes": int(a.content.Size()), "md5": md5Text(a.content), "digest": md5Text(a.content), "uploadHeaders": []string{},
		"storagePath": a.contentPath(), "displayName": last.name,
	}
	return fields{"id": last.id, "type": last.kind, "digest": md5Text(a.content), "artifact": &artifactObject{a}, "file": file}
}

// artifactFiles lists the files of the manifest by name, also the references.
func (x *execution) artifactFiles(a *artifact, args arguments) any {
	entries := a.entries
	if names := args.texts("names"); len(names) > 0 {
		entries = nil
		for _, e := range a.entries {
			if slices.Contains(names, e.name) {
				entries = append(entries, e)
			}
		}
	}
	if x.server.cfg.noFileURLs {
		entries = nil
	}
	nodes := make([]*entryObject, len(entries))
	for i := range entries {
		nodes[i] = &entryObject{a, &entries[i]}
	}
	c := connection(nodes, args)
	c["uploadHeaders"] = []string{}
	return c
}

// entryObject is the type File for an entry of a manifest.
type entryObject struct {
	artifact *artifact
	entry    *manifestEntry
}

func (e *entryObject) field(x *execution, name string, _ arguments) (any, error) { //nolint:unparam // as object has it
	switch name {
	case "id":
		return globalID("File", e.artifact.id, e.entry.name), nil
	case "name", "displayName":
		return e.entry.name, nil
	case "sizeBytes":
		return int(e.entry.Size), nil
	case "digest", "md5":
		return e.entry.Digest, nil
	case "updatedAt":
		return e.artifact.updated, nil
	case "artifact":
		return &artifactObject{e.artifact}, nil
	case "uploadHeaders":
		return []string{}, nil
	case "storagePath", "directUrl", "url":
		if e.entry.Ref != "" {
			if name == "storagePath" {
				return nil, nil
			}
			return e.entry.Ref, nil
		}
		f := x.server.fileOf(e.artifact, e.entry)
		switch {
		case f == nil:
			return "", nil
		case name == "storagePath":
			return f.path, nil
		}
		return x.server.presign(http.MethodGet, f.path, 0), nil
	}
	return nil, nil
}

// manifestObject is the type ArtifactManifest while it is created.
type manifestObject struct{ *artifactManifest }

func (m *manifestObject) field(x *execution, name string, _ arguments) (any, error) { //nolint:unparam // as object has it
	switch name {
	case "id":
		return m.id, nil
	case "type":
		return m.kind, nil
	case "digest":
		return m.digest, nil
	case "artifact":
		return &artifactObject{m.artifact}, nil
	case "file":
		f := fields{"id": globalID("File", m.id), "name": m.name, "displayName": m.name, "directUrl": "", "sizeBytes": 0, "uploadHeaders": []string{}}
		if m.digest != "" {
			f["uploadUrl"] = x.server.presign(http.MethodPut, m.path(), 0)
			f["uploadHeaders"] = x.server.objectHeaders(m.digest, "application/json")
		}
		return f, nil
	}
	return nil, nil
}

// objectHeaders are the headers that an upload of an object must have.
func (s *Server) objectHeaders(md5, contentType string) []string {
	return append([]string{"Content-MD5:" + md5, "Content-Type:" + contentType}, s.cfg.uploadHeaders...)
}

// uploadFields is the type File for a file that is to be uploaded. A file that the store has
// has no address.
func (f *storedFile) uploadFields(s *Server) fields {
	shown := fields{
		"id": globalID("File", f.path), "name": f.name, "displayName": f.name, "storagePath": f.path, "uploadHeaders": []string{},
		"artifact": &artifactObject{f.birth}, "md5": f.md5, "digest": f.md5, "directUrl": "", "sizeBytes": 0,
	}
	if f.content != nil {
		return shown
	}
	shown["uploadUrl"] = s.presign(http.MethodPut, f.path, 0)
	shown["uploadHeaders"] = s.objectHeaders(f.md5, "application/octet-stream")
	if f.uploadID != "" {
		var parts []object
		for i := range f.hexMD5 {
			parts = append(parts, fields{"partNumber": i + 1, "uploadUrl": s.presign(http.MethodPut, f.path, i+1)})
		}
		shown["uploadMultipartUrls"] = fields{"uploadID": f.uploadID, "uploadUrlParts": parts}
	}
	return shown
}
