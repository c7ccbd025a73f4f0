package diagnose

import (
	"net/url"
	"strings"

	"github.com/wandgo/wandgo/internal/settings"
)

// betterBaseURL is the base URL to which the answer points in place of the one
// that was used, or "". For W&B's own address there is no better one, whatever
// answers in its place.
func betterBaseURL(base string, r *Failure) string {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || settings.IsCloud(base) {
		return ""
	}
	if r.Scheme != "" {
		u.Scheme = r.Scheme
		return u.String()
	}
	to, err := u.JoinPath("graphql").Parse(r.Location)
	if err != nil || to.Host == "" || to.User != nil || to.Scheme != "https" && to.Scheme != u.Scheme {
		return ""
	}
	path, ok := strings.CutSuffix(strings.TrimRight(to.Path, "/"), "/graphql")
	if !ok { // a login page, say
		return ""
	}
	if better := (&url.URL{Scheme: to.Scheme, Host: to.Host, Path: path}).String(); better != base {
		return better
	}
	return ""
}
