package wandbtest

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// identify finds out whose key a request carries. A Bearer token is an error of
// its own: this server gives none out, and W&B's say so when they get an API
// key in that form.
func (s *Server) identify(h http.Header) (c caller, badScheme bool) {
	scheme, credential, _ := strings.Cut(h.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return caller{}, true
	}
	if !strings.EqualFold(scheme, "Basic") {
		return caller{}, false
	}
	text, err := base64.StdEncoding.DecodeString(credential)
	if err != nil {
		return caller{}, false
	}
	_, key, _ := strings.Cut(string(text), ":")
	s.mu.RLock()
	defer s.mu.RUnlock()
	c.user = s.realm.keys[key]
	// Without the header an administrator is a user like any other.
	c.privileged = c.user != nil && c.user.Admin && h.Get("Use-Admin-Privileges") == "true"
	return c, false
}
