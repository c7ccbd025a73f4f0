package wandbtest

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/fakeserver/objects"
)

// The files and manifests of artifacts are in a part of the object store that keeps large
// ones out of memory, whose addresses expire, and which checks what is uploaded.

// path is the path of a manifest in the store.
func (m *artifactManifest) path() string {
	return "manifests/" + hex.EncodeToString([]byte(m.id)) + "/" + m.name
}

// contentPath is the path of the manifest of a committed artifact in the store.
func (a *artifact) contentPath() string { return "manifests/" + hex.EncodeToString([]byte(a.id)) }

func hexMD5(o *objects.Object) string {
	sum := o.MD5()
	return hex.EncodeToString(sum[:])
}

// presign returns an address of an object, which is valid for one method. part is 0 unless
// the object is a part of a file. Call with Server.mu held.
func (s *Server) presign(method, object string, part int, more ...string) string {
	s.urls.mu.Lock()
	defer s.urls.mu.Unlock()
	s.urls.issued++
	q := url.Values{
		"number":  {strconv.Itoa(s.urls.issued)},
		"expires": {strconv.FormatInt(s.cfg.clock().Add(s.cfg.policy.URLLifetime).UnixMilli(), 10)},
	}
	if part > 0 {
		q.Set("part", strconv.Itoa(part))
	}
	for _, name := range more {
		q.Set(name, "true")
	}
	q.Set("signature", s.sign(method+"\x00"+object, q.Encode()))
	return s.storeURL() + artifactStorePath + escapePath(object) + "?" + q.Encode()
}

func escapePath(p string) string {
	segments := strings.Split(p, "/")
	for i, seg := range segments {
		segments[i] = url.PathEscape(seg)
	}
	return strings.Join(segments, "/")
}

// ExpireURLs makes all addresses of artifact files that were given out so far invalid, as if
// [Policy].URLLifetime were over.
func (s *Server) ExpireURLs() {
	s.urls.mu.Lock()
	defer s.urls.mu.Unlock()
	s.urls.expired = s.urls.issued
}

// checkURL returns the object and the part of a presigned address.
func (s *Server) checkURL(req *http.Request) (object string, part int, err error) {
	parts, ok := splitPath(strings.TrimPrefix(req.URL.EscapedPath(), artifactStorePath))
	q := req.URL.Query()
	given := q.Get("signature")
	q.Del("signature")
	object = strings.Join(parts, "/")
	if !ok || !hmac.Equal([]byte(given), []byte(s.sign(req.Method+"\x00"+object, q.Encode()))) {
		return "", 0, accessDenied
	}
	number, _ := strconv.Atoi(q.Get("number"))
	expires, _ := strconv.ParseInt(q.Get("expires"), 10, 64)
	part, _ = strconv.Atoi(q.Get("part"))
	s.urls.mu.Lock()
	expired := number <= s.urls.expired
	s.urls.mu.Unlock()
	if expired || !s.cfg.clock().Before(time.UnixMilli(expires)) {
		return "", 0, storeRefusal{http.StatusForbidden, "AccessDenied", "Request has expired"}
	}
	// A redirect to the same host keeps the header, which a real store would never see.
	if req.Header.Get("Authorization") != "" && (!q.Has("redirected") || s.cfg.storeHost != "") {
		return "", 0, twoAuths
	}
	return object, part, nil
}

// serveObjectUpload responds to a PUT of a file, of a part of one, or of a manifest.
func (s *Server) serveObjectUpload(in incoming) reply {
	object, part, err := s.checkURL(in.Request)
	if err == nil {
		err = s.checkUpload(in.Request)
	}
	if err != nil {
		return storageError(err)
	}
	content := in.object
	if content == nil {
		content = objects.FromBytes(in.body)
	}
	if given := in.Header.Get("Content-MD5"); given != "" && given != md5Text(content) {
		return storageError(badDigest("The Content-MD5 you specified did not match what we received."))
	}
	s.mu.Lock()
	defer s.changed.broadcast()
	defer s.mu.Unlock()
	if err := s.storeObject(object, part, content, in.Header); err != nil {
		return storageError(err)
	}
	return reply{status: http.StatusOK, header: http.Header{"Etag": {strconv.Quote(hexMD5(content))}}}
}

// storeObject stores an object if it is the one that was announced.
func (s *Server) storeObject(object string, part int, content *objects.Object, h http.Header) error {
	if f := s.artifacts.files[object]; f != nil {
		switch {
		case part > 0 && f.parts == nil:
			return storeRefusal{http.StatusNotFound, "NoSuchUpload", "The upload does not exist"}
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
	for _, m := range s.artifacts.manifests {
		if m.path() != object {
			continue
		}
		if m.digest != md5Text(content) {
			return badDigest("The manifest is not the one that was announced")
		}
		m.content = content
		return nil
	}
	return storeRefusal{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist"}
}

// serveObject responds to a GET of a file or of a manifest.
func (s *Server) serveObject(in incoming) reply {
	object, _, err := s.checkURL(in.Request)
	if err != nil {
		return storageError(err)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var content *objects.Object
	if f := s.artifacts.files[object]; f != nil {
		content = f.content
	} else if a := s.artifacts.byContentPath(object); a != nil {
		content = a.content
	}
	if content == nil {
		return storageError(noKey(object))
	}
	return objectReply(content, in.Header.Get("Range"))
}

func (all *artifacts) byContentPath(object string) *artifact {
	id, err := hex.DecodeString(strings.TrimPrefix(object, "manifests/"))
	if err != nil {
		return nil
	}
	return all.byID[string(id)]
}

// objectReply returns an object, or a range of one.
func objectReply(content *objects.Object, wanted string) reply {
	rep := reply{status: http.StatusOK, object: content.Reader(), header: http.Header{
		"Content-Type": {"application/octet-stream"}, "Etag": {strconv.Quote(hexMD5(content))}, "Accept-Ranges": {"bytes"},
	}}
	first, last, ok := strings.Cut(strings.TrimPrefix(wanted, "bytes="), "-")
	if !ok {
		return rep
	}
	from, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return rep // also for the last n bytes, which no client requests
	}
	to := content.Size() - 1
	if n, err := strconv.ParseInt(last, 10, 64); err == nil {
		to = min(to, n)
	}
	if from > to {
		return storageError(storeRefusal{http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable"})
	}
	rep.status = http.StatusPartialContent
	rep.object = content.Section(from, to-from+1)
	rep.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, content.Size()))
	return rep
}

// serveArtifactRedirect responds to a GET of the API's own address of a file, which needs a key.
func (s *Server) serveArtifactRedirect(in incoming) reply {
	s.mu.RLock()
	defer s.mu.RUnlock()
	f, err := s.redirected(in)
	if err != nil {
		return restError(err)
	}
	header := http.Header{"Location": {s.presign(http.MethodGet, f.path, 0, "redirected")}}
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
