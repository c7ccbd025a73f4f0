package wandbtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// Files are uploaded to presigned URLs of an object store, which is not part of W&B: it
// does not know the API key, accepts no chunked bodies, and refuses in XML.

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

// storeRefusal is the error of a request to the object store that is refused.
type storeRefusal struct {
	status        int
	code, message string
}

func (r storeRefusal) Error() string { return r.message }

var (
	accessDenied = storeRefusal{http.StatusForbidden, "AccessDenied", "Access Denied"}
	twoAuths     = storeRefusal{http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed"}
	chunkedBody  = storeRefusal{http.StatusNotImplemented, "NotImplemented", "Transfer-Encoding: chunked is not supported"}
)

func badDigest(message string) storeRefusal {
	return storeRefusal{http.StatusBadRequest, "BadDigest", message}
}

func noKey(name string) storeRefusal {
	return storeRefusal{http.StatusNotFound, "NoSuchKey", "The specified key does not exist: " + path.Base(name)}
}

func unsigned(header string) storeRefusal {
	return storeRefusal{http.StatusForbidden, "SignatureDoesNotMatch", "The header " + header + " is part of the signature"}
}

// storageError is the response of the object store to a request that it refuses.
func storageError(err error) reply {
	why, ok := errors.AsType[storeRefusal](err)
	if !ok {
		why = storeRefusal{http.StatusInternalServerError, "InternalError", err.Error()}
	}
	body := `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + why.code + "</Code><Message>" + why.message + "</Message></Error>"
	return reply{status: why.status, header: http.Header{"Content-Type": {"application/xml"}}, body: []byte(body)}
}

// serveUpload responds to a PUT to a presigned URL.
func (s *Server) serveUpload(in incoming) reply {
	r, name, err := s.storageTarget(in.Request)
	if err == nil {
		err = s.checkUpload(in.Request)
	}
	if err != nil {
		return storageError(err)
	}
	r.storeUpload(name, in.body)
	s.changed.broadcast()
	return reply{status: http.StatusOK, header: http.Header{}}
}

// serveStored responds to a GET of a presigned URL.
func (s *Server) serveStored(in incoming) reply {
	r, name, err := s.storageTarget(in.Request)
	if err != nil {
		return storageError(err)
	}
	content, ok := r.upload(name)
	if !ok {
		return storageError(noKey(name))
	}
	return fileReply(content)
}

// fileReply is the response with a file of a run.
func fileReply(content []byte) reply {
	return reply{status: http.StatusOK, header: http.Header{"Content-Type": {"application/octet-stream"}}, body: content}
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

// storageTarget returns the run and the file of a presigned URL.
func (s *Server) storageTarget(req *http.Request) (*run, string, error) {
	if req.Header.Get("Authorization") != "" {
		return nil, "", twoAuths
	}
	parts, ok := splitPath(strings.TrimPrefix(req.URL.EscapedPath(), storagePath))
	if !ok {
		return nil, "", accessDenied
	}
	id, name := parts[0], strings.Join(parts[1:], "/")
	s.mu.RLock()
	r := s.storage[id]
	s.mu.RUnlock()
	if r == nil || !hmac.Equal([]byte(req.URL.Query().Get("signature")), []byte(s.sign(id, name))) {
		return nil, "", accessDenied
	}
	return r, name, nil
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

// serveDownload responds to a GET of a run's file.
func (s *Server) serveDownload(in incoming) reply {
	at := in.run
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.realm.project(at.Entity, at.Project)
	if p == nil || !s.standing(in.caller, at.Entity).canRead(p) {
		return restError(noProject)
	}
	r := p.runs[at.ID]
	if r == nil || r.deleted.Load() {
		return restError(noRun)
	}
	content, ok := r.upload(in.file)
	if !ok {
		return restError(noFile)
	}
	return fileReply(content)
}
