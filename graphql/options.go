package graphql

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/transport"
)

// DefaultBaseURL is the address of W&B's own server.
const DefaultBaseURL = "https://api.wandb.ai"

// Options configure a [Client]. The zero Options talk to [DefaultBaseURL]
// without credentials. Printing them, with any verb, does not show the key.
type Options struct {
	// BaseURL is the server's address, [DefaultBaseURL] when empty. It may have
	// a path, but no user information, query or fragment.
	BaseURL string
	// APIKey is sent to addresses below BaseURL only, and never across a
	// redirect. Empty sends no credentials.
	APIKey string
	// HTTPClient supplies proxy, TLS and connection settings; it is copied, not
	// changed. Nil means a client of our own, whose connections Close closes.
	HTTPClient *http.Client
	// Logger gets a Debug record per HTTP attempt and a Warn record per retry;
	// nil is silent.
	Logger *slog.Logger
	// UserAgent defaults to "wandgo/" and the module's version.
	UserAgent string
	// Username and Email attribute what a service account does to a person.
	Username, Email string
	// ExtraHeaders are added to every request that does not have them already.
	ExtraHeaders map[string]string
	// Observe is called once per HTTP attempt, with what may be shown of it. It
	// must be safe for concurrent use, and fast: the request waits for it.
	Observe func(Exchange)
}

func (o Options) transport() transport.Options {
	base := o.BaseURL
	if base == "" {
		base = DefaultBaseURL
	}
	return transport.Options{
		BaseURL: base, Key: secret.New(o.APIKey), HTTPClient: o.HTTPClient, Logger: o.Logger,
		UserAgent: o.UserAgent, Username: o.Username, Email: o.Email,
		ExtraHeaders: o.ExtraHeaders, Observe: o.observe(),
	}
}

func (o Options) observe() func(transport.Exchange) {
	if o.Observe == nil {
		return nil
	}
	return func(x transport.Exchange) { o.Observe(Exchange(x)) }
}

// String shows the options without the key and without the values of the extra
// headers, which may be credentials of a gateway.
func (o Options) String() string {
	names := make([]string, 0, len(o.ExtraHeaders))
	for name := range o.ExtraHeaders {
		names = append(names, name)
	}
	slices.Sort(names)
	key := secret.New(o.APIKey)
	return key.Scrub(fmt.Sprintf("graphql.Options{BaseURL:%q APIKey:%s UserAgent:%q Username:%q Email:%q ExtraHeaders:%q}",
		secret.RedactURL(o.BaseURL), key, o.UserAgent, o.Username, o.Email, names))
}

// GoString is String.
func (o Options) GoString() string { return o.String() }

// Format prints String, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, o.String()) }

// MarshalText gives String, for JSON and other encoders.
func (o Options) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// LogValue gives String to slog.
func (o Options) LogValue() slog.Value { return slog.StringValue(o.String()) }
