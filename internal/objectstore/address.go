package objectstore

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
)

// Address is where a file is sent to or fetched from. It is a permission: who has it may
// use it until it expires.
type Address struct {
	URL string
	// Header is what the request must have beside its length.
	Header http.Header
	// Own says that URL is a path below the API's base URL: it is asked for with credentials,
	// and redirects to the store or returns the file.
	Own bool
	// Asked is when the server was asked for it.
	Asked time.Time
}

// Header parses the headers that an upload must have, a list of "Name: value". A
// line without a colon is ignored.
func Header(lines []string) http.Header {
	header := make(http.Header, len(lines))
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		name = strings.TrimSpace(name)
		if ok && name != "" {
			header.Add(name, strings.TrimSpace(value))
		}
	}
	return header
}

// Host returns the part of an address that is not secret.
func (a Address) Host() string {
	parsed, err := url.Parse(a.URL)
	if err != nil || parsed.Host == "" {
		return "of the server"
	}
	return parsed.Host
}

// ageLimit is the age from which a refused address may have expired, even if the store does
// not say so.
const ageLimit = time.Minute

// Stale reports whether a new address may help after this one was refused.
func (a Address) Stale(err error) bool {
	e, ok := errors.AsType[*graphql.Error](err)
	if !ok || !e.Answered() {
		return false
	}
	denied := e.Kind == graphql.KindStorageXML && e.StatusCode == http.StatusForbidden
	return expired(e) || denied && time.Since(a.Asked) >= ageLimit
}
