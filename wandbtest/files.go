package wandbtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Files are uploaded to presigned URLs of an object store, which is not part of W&B: it
// does not know the API key, accepts no chunked bodies, and refuses in XML.

// storagePath is the prefix of the object store's paths.
const storagePath = "/storage/"

// uploadURL returns a presigned URL to put a run's file to.
func (s *Server) uploadURL(r *run, name string) string {
	return s.storeURL() + storagePath + url.PathEscape(r.storageID) + "/" + escapePath(name) +
		"?signature=" + s.sign(r.storageID, name)
}

// storeURL is the address of the object store.
func (s *Server) storeURL() string {
	u, err := url.Parse(s.url)
	if err != nil || s.cfg.storeHost == "" {
		return s.url
	}
	u.Host = net.JoinHostPort(s.cfg.storeHost, u.Port())
	return u.String()
}

// sign returns the signature of a presigned URL.
func (s *Server) sign(storageID, name string) string {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(storageID + "\x00" + name))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// serveUpload responds to a PUT to a presigned URL.
func (s *Server) serveUpload(req *http.Request, body []byte) reply {
	id, name := s.storageTarget(req)
	s.mu.RLock()
	r := s.storage[id]
	s.mu.RUnlock()
	switch {
	case req.Header.Get("Authorization") != "":
		return storageError(http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed")
	case len(req.TransferEncoding) > 0:
		return storageError(http.StatusNotImplemented, "NotImplemented", "Transfer-Encoding: chunked is not supported")
	case r == nil || !hmac.Equal([]byte(req.URL.Query().Get("signature")), []byte(s.sign(id, name))):
		return storageError(http.StatusForbidden, "AccessDenied", "Access Denied")
	}
	if missing := s.missingHeader(req.Header); missing != "" {
		return storageError(http.StatusForbidden, "SignatureDoesNotMatch", "The header "+missing+" is part of the signature")
	}
	r.storeUpload(name, body)
	s.changed.broadcast()
	return reply{status: http.StatusOK, header: http.Header{}}
}

// missingHeader returns the name of a required header that an upload does not have, "" if
// it has all.
func (s *Server) missingHeader(h http.Header) string {
	for _, line := range s.cfg.uploadHeaders {
		name, value, ok := strings.Cut(line, ":")
		name = strings.TrimSpace(name)
		if ok && name != "" && !slices.Contains(h.Values(name), strings.TrimSpace(value)) {
			return name
		}
	}
	return ""
}

// storageTarget splits the path of a presigned URL.
func (s *Server) storageTarget(req *http.Request) (storageID, name string) {
	parts, ok := splitPath(strings.TrimPrefix(req.URL.EscapedPath(), storagePath))
	if !ok || len(parts) < 2 {
		return "", ""
	}
	return parts[0], strings.Join(parts[1:], "/")
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

func storageError(status int, code, message string) reply {
	body := `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>"
	return reply{status: status, header: http.Header{"Content-Type": {"application/xml"}}, body: []byte(body)}
}

// serveDownload responds to a GET of a run's file.
func (s *Server) serveDownload(c caller, at RunKey, name string) reply {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.realm.project(at.Entity, at.Project)
	if p == nil || !s.standing(c, at.Entity).canRead(p) {
		return restError(noProject)
	}
	r := p.runs[at.ID]
	if r == nil || r.deleted.Load() {
		return restError(noRun)
	}
	content, ok := r.upload(name)
	if !ok {
		return restError(noFile)
	}
	return reply{status: http.StatusOK, header: http.Header{"Content-Type": {"application/octet-stream"}}, body: content}
}
