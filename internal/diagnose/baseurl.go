package diagnose

import "net/url"

// betterBaseURL is the base URL to which the answer points in place of the one
// that was used, or "".
func betterBaseURL(base string, r *Refusal) string {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || r.Scheme == "" {
		return ""
	}
	u.Scheme = r.Scheme
	return u.String()
}
