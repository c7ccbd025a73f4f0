package transport

import (
	"log/slog"
	"net/http"

	"github.com/wandgo/wandgo/internal/secret"
)

// Options configure a [Transport]. Only BaseURL is required.
type Options struct {
	// BaseURL is the server's address, such as https://api.forge.coreweave.com. It may have a
	// path, but no user information, query or fragment.
	BaseURL string
	// Key is sent as Basic credentials, only to addresses below BaseURL. An empty
	// key is not sent.
	Key secret.Key
	// Tokens makes the source of access tokens, which are sent as Bearer
	// credentials in place of Key. It is called once. Its argument sends requests
	// on the same connections without credentials.
	Tokens func(*Transport) TokenSource
	// HTTPClient supplies proxy, TLS and connection settings. It is copied, not
	// changed, and Close does not close its connections. Default: a client of its
	// own with the defaults of net/http.
	HTTPClient *http.Client
	// Logger receives one Debug record per attempt and one Warn record per retry.
	// Default: no log.
	Logger *slog.Logger
	// UserAgent defaults to "wandgo/" and the module's version.
	UserAgent string
	// Username and Email attribute the requests of a service account to a
	// person (X-WANDB-USERNAME, X-WANDB-USER-EMAIL). Empty ones are not sent.
	Username, Email string
	// ExtraHeaders are added to every request below BaseURL that does not have
	// them.
	ExtraHeaders map[string]string
	// Tracer observes each HTTP attempt. Default: none.
	Tracer Tracer
}
