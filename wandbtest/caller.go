package wandbtest

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// identify returns the account of a request's key or access token. An unknown Bearer token has an
// error of its own: W&B's servers return it for an API key in that header.
func (s *Server) identify(h http.Header) (c caller, why refusal) {
	scheme, credential, _ := strings.Cut(h.Get("Authorization"), " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		if c.user, why = s.bearer(credential); !why.allowed() {
			return caller{}, why
		}
	case strings.EqualFold(scheme, "Basic"):
		text, err := base64.StdEncoding.DecodeString(credential)
		if err != nil {
			return caller{}, granted
		}
		_, key, _ := strings.Cut(string(text), ":")
		s.mu.RLock()
		c.user = s.realm.keys[key]
		s.mu.RUnlock()
	}
	// Without the header an administrator has no special rights.
	c.privileged = c.user != nil && c.user.Admin && h.Get("Use-Admin-Privileges") == "true"
	return c, granted
}
