package transport

import (
	"errors"
	"net/url"
	"strings"
)

// baseURL is a server's address. The key is sent only to addresses below it.
type baseURL struct {
	text string // without a trailing slash
	url  *url.URL
}

func parseBaseURL(text string) (baseURL, error) {
	u, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil {
		// url.Error quotes what it could not parse, password and all.
		return baseURL{}, errors.New("base URL cannot be parsed")
	}
	switch {
	case u.User != nil:
		return baseURL{}, errors.New("base URL must not hold a user name or password")
	case u.Scheme != "http" && u.Scheme != "https":
		return baseURL{}, errors.New("base URL must start with http:// or https://")
	case u.Hostname() == "":
		return baseURL{}, errors.New("base URL has no host")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return baseURL{}, errors.New("base URL must not have a query or fragment")
	}
	return baseURL{text: u.String(), url: u}, nil
}

// resolve appends a path to the base URL, or parses an absolute URL.
func (b baseURL) resolve(path string) (*url.URL, error) {
	absolute := strings.HasPrefix(path, "https://") || strings.HasPrefix(path, "http://")
	if !absolute {
		if !strings.HasPrefix(path, "/") {
			// Not quoted, because it may be an address of a server with a signature
			// in it.
			return nil, errors.New("request path does not start with a slash")
		}
		path = b.text + path
	}
	u, err := url.Parse(path)
	if err != nil {
		return nil, errors.New("request URL cannot be parsed")
	}
	if u.User != nil || u.Host == "" {
		return nil, errors.New("request URL must have a host and no user information")
	}
	return u, nil
}

// covers reports whether u lies below the base URL: same scheme, host and port
// (https://h is https://h:443), and a path inside the base's path, whichever
// way dots and slashes are encoded.
func (b baseURL) covers(u *url.URL) bool {
	if !strings.EqualFold(u.Scheme, b.url.Scheme) ||
		!strings.EqualFold(u.Hostname(), b.url.Hostname()) ||
		port(u) != port(b.url) || u.User != nil || u.Opaque != "" {
		return false
	}
	for segment := range strings.FieldsFuncSeq(u.Path, func(r rune) bool { return r == '/' || r == '\\' }) {
		if segment == ".." || segment == "." {
			return false // a server may resolve it to outside the base's path
		}
	}
	prefix := b.url.EscapedPath()
	rest, ok := strings.CutPrefix(u.EscapedPath(), prefix)
	return ok && (rest == "" || rest[0] == '/')
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if strings.EqualFold(u.Scheme, "https") {
		return "443"
	}
	return "80"
}
