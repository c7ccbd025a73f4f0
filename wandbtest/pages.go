package wandbtest

import (
	"context"
	"net/http"
	"strings"
)

// apiPaths are the prefixes of the API's paths.
var apiPaths = []string{graphqlPath, filesPath, storagePath, artifactStorePath, artifactsPath, artifactsV2Path, otelPath, oidcPath}

// isPage reports whether a request is for a page of [WithPages].
func isPage(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	for _, start := range apiPaths {
		if strings.HasPrefix(r.URL.EscapedPath(), start) {
			return false
		}
	}
	return true
}

// servePage lets the handler of [WithPages] respond. A page may be a stream without an end,
// so its context ends with the server.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	stop := context.AfterFunc(s.stopped, cancel) //nolint:contextcheck // two contexts end it
	defer stop()
	s.cfg.pages.ServeHTTP(w, r.WithContext(ctx))
}
