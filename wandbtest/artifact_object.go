package wandbtest

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/fakeserver/objects"
)

// path is the path of a manifest in the object store.
func (m *artifactManifest) path() string { return manifestFolder + idFolder(m.id) + "/" + m.name }

// contentPath is the path of the manifest of a committed artifact in the object store.
func (a *artifact) contentPath() string { return manifestFolder + idFolder(a.id) }

// object returns the object of an address that the server signed, nil before its upload.
func (all *artifacts) object(path string) *objects.Object {
	if f := all.files[path]; f != nil {
		return f.content
	}
	id, _ := cutID(path, manifestFolder)
	return all.byID[id].content
}

// store stores an object of an address that the server signed, if it is the one that was announced.
func (all *artifacts) store(path string, part int, content *objects.Object, h http.Header) error {
	if f := all.files[path]; f != nil {
		return f.store(part, content, h)
	}
	id, _ := cutID(path, manifestFolder)
	m := all.manifests[id]
	if m.digest != md5Text(content) {
		return badDigest("The manifest is not the one that was announced")
	}
	m.content = content
	return nil
}

// store stores the file, or a part of it unless part is 0.
func (f *storedFile) store(part int, content *objects.Object, h http.Header) error {
	switch {
	case part > 0 && f.parts == nil:
		return refusal{http.StatusNotFound, "The upload does not exist", "NoSuchUpload"}
	case part > 0 && (part > len(f.hexMD5) || hexMD5(content) != f.hexMD5[part-1]):
		return badDigest("The part is not the one that was announced")
	case part > 0:
		f.parts[part] = content
		return nil
	case h.Get("Content-MD5") == "":
		return unsigned("Content-MD5")
	case md5Text(content) != f.md5:
		return badDigest("The file is not the one that was announced")
	}
	f.content = content
	f.uploads++
	return nil
}

// md5Text returns an MD5 digest in base64.
func md5Text(o *objects.Object) string { return base64.StdEncoding.EncodeToString(o.MD5[:]) }

func hexMD5(o *objects.Object) string { return hex.EncodeToString(o.MD5[:]) }

// serveArtifactRedirect responds to a GET of the API's own address of a file, which needs a key.
func (s *Server) serveArtifactRedirect(in incoming) reply {
	s.mu.RLock()
	defer s.mu.RUnlock()
	f, err := s.redirected(in)
	if err != nil {
		return restError(err)
	}
	header := http.Header{"Location": {s.artifactURL(http.MethodGet, f.path, url.Values{"redirected": {"true"}})}}
	return reply{status: http.StatusTemporaryRedirect, header: header}
}

// redirected finds the file of an address of the format
// "/artifactsV2/region/entity/project/collection/[artifact/]birth/digest/name" or
// "/artifacts/entity/digest".
func (s *Server) redirected(in incoming) (*storedFile, error) {
	if in.caller.user == nil {
		return nil, notLoggedIn
	}
	if rest, ok := strings.CutPrefix(in.URL.EscapedPath(), artifactsPath); ok {
		parts, ok := splitPath(rest)
		if !ok || len(parts) != 2 {
			return nil, noFile
		}
		for _, p := range s.realm.projects {
			if p.Entity != parts[0] || !s.standing(in.caller, p.Entity).canRead(p) {
				continue
			}
			for _, c := range p.collections {
				if f := c.byDigest[digestOfHex(parts[1])]; f != nil && f.content != nil {
					return f, nil
				}
			}
		}
		return nil, noFile
	}
	parts, ok := splitPath(strings.TrimPrefix(in.URL.EscapedPath(), artifactsV2Path))
	if !ok || len(parts) < 7 || len(parts) > 8 {
		return nil, noFile
	}
	p := s.realm.project(parts[1], parts[2])
	if p == nil || !s.standing(in.caller, parts[1]).canRead(p) {
		return nil, noProject
	}
	c, digest, birth := p.collections[parts[3]], digestOfHex(parts[len(parts)-2]), s.artifacts.byID[parts[len(parts)-3]]
	if c == nil || birth == nil {
		return nil, noFile
	}
	holds := func(m *membership) bool {
		return slices.ContainsFunc(m.artifact.entries, func(e manifestEntry) bool { return e.Digest == digest })
	}
	f := birth.sequence.byDigest[digest]
	if f == nil || f.content == nil || !slices.ContainsFunc(c.members, holds) {
		return nil, noFile
	}
	return f, nil
}

// digestOfHex returns a digest in base64.
func digestOfHex(text string) string {
	raw, err := hex.DecodeString(text)
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(raw)
}
