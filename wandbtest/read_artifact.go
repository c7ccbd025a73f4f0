package wandbtest

import (
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

func (a *artifact) fields(x *execution) fields {
	var tags []fields
	for _, tag := range a.tags {
		tags = append(tags, fields{"id": globalID("Tag", tag), "name": tag})
	}
	f := fields{
		"id":                 a.id,
		"digest":             a.digest,
		"digestAlgorithm":    a.algorithm,
		"commitHash":         a.digest[:20],
		"description":        orNil(a.description),
		"metadata":           orNil(a.metadata),
		"state":              a.state,
		"tags":               tags,
		"size":               int(a.size),
		"fileCount":          len(a.entries),
		"artifactType":       &artifactTypeObject{a.sequence.project, a.sequence.typ},
		"artifactSequence":   a.sequence,
		"historyStep":        a.historyStep,
		"ttlDurationSeconds": int(a.ttl),
		"ttlIsInherited":     a.ttl == ttlInherited,
		"createdAt":          a.created,
		"createdBy":          x.server.realm.users[a.creator],
		"updatedAt":          a.updated,
		"aliases":            func(args arguments) any { return a.aliasObjects(x, args.text("artifactCollectionName")) },
		"currentManifest":    func(arguments) any { return a.currentManifest(x) },
		"files":              func(args arguments) any { return x.artifactFiles(a, args) },
		"versionIndex": func(args arguments) any {
			if m := a.membership(args); m != nil {
				return m.version
			}
			return nil
		},
		"artifactMemberships": func(arguments) any {
			return connection(only(a.memberships, func(m *membership) bool { return x.canRead(m.collection.project) }), nil)
		},
		"usedBy": func(args arguments) any {
			return connection(only(a.usedBy, func(r *run) bool { return x.canRead(r.project) && !r.deleted.Load() }), args)
		},
	}
	if a.run != nil {
		f["createdBy"] = a.run
	}
	return f
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
func (a *artifact) aliasObjects(x *execution, collection string) []fields {
	var list []fields
	for _, m := range a.memberships {
		if (collection == "" || m.collection.name == collection) && x.canRead(m.collection.project) {
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
	file := fileObject(globalID("File", a.id), last.name, fields{
		"directUrl": x.server.artifactURL(http.MethodGet, a.contentPath(), nil), "storagePath": a.contentPath(),
		"sizeBytes": int(a.content.Size), "md5": md5Text(a.content), "digest": md5Text(a.content),
	})
	return fields{"id": last.id, "type": last.kind, "digest": md5Text(a.content), "artifact": a, "file": file}
}

// artifactFiles lists the files of the manifest by name, also the references.
func (x *execution) artifactFiles(a *artifact, args arguments) any {
	asked := map[string]bool{}
	for _, name := range args.texts("names") {
		asked[name] = true
	}
	var nodes []*entryObject
	for i := range a.entries {
		if e := &a.entries[i]; !x.server.cfg.noFileURLs && (len(asked) == 0 || asked[e.name]) {
			nodes = append(nodes, &entryObject{a, e})
		}
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

func (e *entryObject) fields(x *execution) fields {
	f := fileObject(globalID("File", e.artifact.id, e.entry.name), e.entry.name, fields{
		"sizeBytes":   int(e.entry.Size),
		"digest":      e.entry.Digest,
		"md5":         e.entry.Digest,
		"updatedAt":   e.artifact.updated,
		"artifact":    e.artifact,
		"storagePath": "",
		"url":         "",
	})
	stored := x.server.fileOf(e.artifact, e.entry)
	switch {
	case e.entry.Ref != "":
		f["storagePath"], f["directUrl"], f["url"] = nil, e.entry.Ref, e.entry.Ref
	case stored != nil:
		address := func(arguments) any { return x.server.artifactURL(http.MethodGet, stored.path, nil) }
		f["storagePath"], f["directUrl"], f["url"] = stored.path, address, address
	}
	return f
}

// fields has the fields of a manifest while it is created.
func (m *artifactManifest) fields(x *execution) fields {
	file := fileObject(globalID("File", m.id), m.name, nil)
	if m.digest != "" {
		file["uploadUrl"] = x.server.artifactURL(http.MethodPut, m.path(), nil)
		file["uploadHeaders"] = x.server.objectHeaders(m.digest, "application/json")
	}
	return fields{"id": m.id, "type": m.kind, "digest": m.digest, "artifact": m.artifact, "file": file}
}

// fileObject is the type File. The fields are added to those that must not be null.
func fileObject(id, name string, more fields) fields {
	f := fields{"id": id, "name": name, "displayName": name, "directUrl": "", "sizeBytes": 0, "uploadHeaders": []string{}}
	maps.Copy(f, more)
	return f
}

// objectHeaders are the headers that an upload of an object must have.
func (s *Server) objectHeaders(md5, contentType string) []string {
	return append([]string{"Content-MD5:" + md5, "Content-Type:" + contentType}, s.cfg.uploadHeaders...)
}

// uploadFields is the type File for a file that is to be uploaded. A file that the store has
// has no address.
func (f *storedFile) uploadFields(s *Server) fields {
	shown := fileObject(globalID("File", f.path), f.name, fields{"storagePath": f.path, "artifact": f.birth, "md5": f.md5, "digest": f.md5})
	if f.content != nil {
		return shown
	}
	shown["uploadUrl"] = s.artifactURL(http.MethodPut, f.path, nil)
	shown["uploadHeaders"] = s.objectHeaders(f.md5, "application/octet-stream")
	if f.uploadID != "" {
		var parts []fields
		for i := range f.hexMD5 {
			parts = append(parts, fields{"partNumber": i + 1, "uploadUrl": s.artifactURL(http.MethodPut, f.path, url.Values{"part": {strconv.Itoa(i + 1)}})})
		}
		shown["uploadMultipartUrls"] = fields{"uploadID": f.uploadID, "uploadUrlParts": parts}
	}
	return shown
}
