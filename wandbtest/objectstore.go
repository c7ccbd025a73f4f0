package wandbtest

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/fakeserver/objects"
)

// Files are uploaded to presigned URLs of an object store, which is not part of W&B: it
// does not know the API key, accepts no chunked bodies, and refuses in XML. It keeps large
// files of artifacts out of memory, lets their addresses expire, and checks what is uploaded.

// The folders of the store. Below those of runs and manifests are folders with the owner's id.
const (
	runFolder      = "runs/"
	artifactFolder = "artifacts/"
	manifestFolder = artifactFolder + "manifests/"
)

// idFolder is the name of a folder with an id, which may have any characters.
func idFolder(id string) string { return hex.EncodeToString([]byte(id)) }

// cutID returns the id in an object's path below a folder, "" if it is not below it, and the
// rest of the path.
func cutID(object, folder string) (id, name string) {
	rest, _ := strings.CutPrefix(object, folder)
	text, name, _ := strings.Cut(rest, "/")
	raw, _ := hex.DecodeString(text)
	return string(raw), name
}

// runURL returns a presigned URL of a run's file.
func (s *Server) runURL(method string, r *run, name string) string {
	return s.presign(method, runFolder+idFolder(r.storageID)+"/"+name, url.Values{})
}

// artifactURL returns a presigned URL of a file or a manifest of an artifact, which expires.
// more are further parameters.
func (s *Server) artifactURL(method, object string, more url.Values) string {
	q := url.Values{
		"expires": {strconv.FormatInt(s.cfg.clock().Add(s.cfg.policy.URLLifetime).UnixMilli(), 10)},
		"expiry":  {strconv.FormatInt(s.expiries.Load(), 10)},
	}
	maps.Copy(q, more)
	return s.presign(method, object, q)
}

// presign returns an address of an object, which is valid for one method.
func (s *Server) presign(method, object string, q url.Values) string {
	q.Set("signature", s.sign(method, object, q))
	return s.storeURL + storePath + escapePath(object) + "?" + q.Encode()
}

// sign returns the signature of a presigned URL.
func (s *Server) sign(method, object string, q url.Values) string {
	mac := hmac.New(sha256.New, s.secret)
	fmt.Fprintf(mac, "%s\x00%s\x00%s", method, object, q.Encode())
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func escapePath(p string) string {
	segments := strings.Split(p, "/")
	for i, seg := range segments {
		segments[i] = url.PathEscape(seg)
	}
	return strings.Join(segments, "/")
}

// splitPath splits an escaped path and unescapes its segments, so that an
// escaped slash stays part of a name.
func splitPath(escaped string) ([]string, bool) {
	parts := strings.Split(escaped, "/")
	for i, p := range parts {
		text, err := url.PathUnescape(p)
		if err != nil {
			return nil, false
		}
		parts[i] = text
	}
	return parts, true
}

// ExpireURLs makes all addresses of artifact files that were given out so far invalid, as if
// [Policy].URLLifetime were over.
func (s *Server) ExpireURLs() { s.expiries.Add(1) }

// checkURL returns the object and the part of a presigned address.
func (s *Server) checkURL(req *http.Request) (object string, part int, err error) {
	parts, ok := splitPath(strings.TrimPrefix(req.URL.EscapedPath(), storePath))
	q := req.URL.Query()
	given := q.Get("signature")
	q.Del("signature")
	object = strings.Join(parts, "/")
	if !ok || !hmac.Equal([]byte(given), []byte(s.sign(req.Method, object, q))) {
		return "", 0, accessDenied
	}
	if q.Has("expires") {
		expires, _ := strconv.ParseInt(q.Get("expires"), 10, 64)
		expiry, _ := strconv.ParseInt(q.Get("expiry"), 10, 64)
		if expiry < s.expiries.Load() || !s.cfg.clock().Before(time.UnixMilli(expires)) {
			return "", 0, refusal{http.StatusForbidden, "Request has expired", "AccessDenied"}
		}
	}
	// A redirect to the same host keeps the header, which a real store would never see.
	if req.Header.Get("Authorization") != "" && (!q.Has("redirected") || s.cfg.storeHost != "") {
		return "", 0, twoAuths
	}
	part, _ = strconv.Atoi(q.Get("part"))
	return object, part, nil
}

// The refusals of the object store.
var (
	accessDenied = refusal{http.StatusForbidden, "Access Denied", "AccessDenied"}
	twoAuths     = refusal{http.StatusBadRequest, "Only one auth mechanism allowed", "InvalidArgument"}
	chunkedBody  = refusal{http.StatusNotImplemented, "Transfer-Encoding: chunked is not supported", "NotImplemented"}
)

func badDigest(message string) refusal {
	return refusal{http.StatusBadRequest, message, "BadDigest"}
}

func noKey(name string) refusal {
	return refusal{http.StatusNotFound, "The specified key does not exist: " + path.Base(name), "NoSuchKey"}
}

func unsigned(header string) refusal {
	return refusal{http.StatusForbidden, "The header " + header + " is part of the signature", "SignatureDoesNotMatch"}
}

// storageError is the response of the object store to a request that it refuses.
func storageError(err error) reply {
	why := refusalOf(err)
	body := `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + cmp.Or(why.code, "InternalError") + "</Code><Message>" + why.message + "</Message></Error>"
	return newReply(why.status, "application/xml", []byte(body))
}

// checkUpload checks how an upload is sent.
func (s *Server) checkUpload(req *http.Request) error {
	if len(req.TransferEncoding) > 0 {
		return chunkedBody
	}
	for _, line := range s.cfg.uploadHeaders {
		name, value, ok := strings.Cut(line, ":")
		name = strings.TrimSpace(name)
		if ok && name != "" && !slices.Contains(req.Header.Values(name), strings.TrimSpace(value)) {
			return unsigned(name)
		}
	}
	return nil
}

// runFile returns the run and the name of an object that is a file of a run, else nil.
func (s *Server) runFile(object string) (r *run, name string) {
	id, name := cutID(object, runFolder)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.storage[id], name
}

// serveUpload responds to a PUT to a presigned URL.
func (s *Server) serveUpload(in incoming) reply {
	object, part, err := s.checkURL(in.Request)
	if err == nil {
		err = s.checkUpload(in.Request)
	}
	if err != nil {
		return storageError(err)
	}
	defer s.changed.broadcast()
	if r, name := s.runFile(object); r != nil {
		r.storeUpload(name, in.body)
		return emptyReply()
	}
	content := in.object
	if content == nil {
		content = objects.FromBytes(in.body)
	}
	if given := in.Header.Get("Content-MD5"); given != "" && given != md5Text(content) {
		return storageError(badDigest("The Content-MD5 you specified did not match what we received."))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.artifacts.store(object, part, content, in.Header); err != nil {
		return storageError(err)
	}
	return reply{status: http.StatusOK, header: http.Header{"Etag": {strconv.Quote(hexMD5(content))}}}
}

// serveObject responds to a GET of a presigned URL.
func (s *Server) serveObject(in incoming) reply {
	object, _, err := s.checkURL(in.Request)
	if err != nil {
		return storageError(err)
	}
	if r, name := s.runFile(object); r != nil {
		if content, ok := r.upload(name); ok {
			return fileReply(content)
		}
		return storageError(noKey(object))
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	content := s.artifacts.object(object)
	if content == nil {
		return storageError(noKey(object))
	}
	return objectReply(content, in.Header.Get("Range"))
}

// objectReply returns an object, or a range of one.
func objectReply(content *objects.Object, wanted string) reply {
	rep := reply{status: http.StatusOK, body: *content.Reader(), header: http.Header{
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
	to := content.Size - 1
	if n, err := strconv.ParseInt(last, 10, 64); err == nil {
		to = min(to, n)
	}
	if from > to {
		return storageError(refusal{http.StatusRequestedRangeNotSatisfiable, "The requested range is not satisfiable", "InvalidRange"})
	}
	rep.status = http.StatusPartialContent
	rep.body = *content.Section(from, to-from+1)
	rep.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, content.Size))
	return rep
}

// fileReply is the response with a file of a run.
func fileReply(content []byte) reply {
	return newReply(http.StatusOK, "application/octet-stream", content)
}
