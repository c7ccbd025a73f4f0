package graphql

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"

	"github.com/wandgo/wandgo/internal/secret"
)

// DefaultBaseURL is the address of W&B's own server.
const DefaultBaseURL = "https://api.forge.coreweave.com"

// Options configure a [Client]. The zero Options use [DefaultBaseURL] without
// credentials. Printing Options does not show the key, whatever the verb.
type Options struct {
	// BaseURL is the server's address. It may have a path, but no user information,
	// query or fragment. Default: [DefaultBaseURL].
	BaseURL string
	// APIKey is sent to addresses below BaseURL only, and never across a
	// redirect. Empty sends no credentials.
	APIKey string
	// HTTPClient supplies proxy, TLS and connection settings. It is copied, not
	// changed. Default: a client of its own, whose connections Close closes.
	HTTPClient *http.Client
	// Logger receives a Debug record per HTTP attempt and a Warn record per retry.
	// Default: no log.
	Logger *slog.Logger
	// UserAgent identifies the program. Default: "wandgo/" and the module's version.
	UserAgent string
	// Username and Email attribute the requests of a service account to a person.
	Username, Email string
	// ExtraHeaders are added to every request that does not have them.
	ExtraHeaders map[string]string
	// Observe is called once per HTTP attempt. It must be safe for concurrent use
	// and must not block, because the request waits for it.
	Observe func(Exchange)
}

// String omits the key and the values of the extra headers, which may be a
// gateway's credentials.
func (o Options) String() string {
	names := slices.Sorted(maps.Keys(o.ExtraHeaders))
	key := secret.New(o.APIKey)
	return key.Scrub(fmt.Sprintf("graphql.Options{BaseURL:%q APIKey:%s UserAgent:%q Username:%q Email:%q ExtraHeaders:%q}",
		secret.RedactURL(o.BaseURL), key, o.UserAgent, o.Username, o.Email, names))
}

// GoString returns String.
func (o Options) GoString() string { return o.String() }

// Format prints String, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, o.String()) }

// MarshalText returns String, for JSON and other encoders.
func (o Options) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// LogValue returns String, for log/slog.
func (o Options) LogValue() slog.Value { return slog.StringValue(o.String()) }
