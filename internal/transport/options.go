package transport

import (
	"log/slog"
	"net/http"

	"github.com/wandgo/wandgo/internal/secret"
)

// Options configure a [Transport]. Only BaseURL is required.
type Options struct {
	// BaseURL is the server's address, such as https://api.wandb.ai. A path is
	// allowed, user information, query and fragment are not.
	BaseURL string
	// Key is sent as Basic credentials to addresses below BaseURL, and nowhere
	// else. An empty key sends none.
	Key secret.Key
	// Tokens makes the source of access tokens, which are sent as Bearer
	// credentials in place of Key, to the same addresses. It is called once, with a
	// Transport on the same connections that has no credentials, for the requests
	// that get the tokens.
	Tokens func(*Transport) TokenSource
	// HTTPClient supplies proxy, TLS and connection settings. It is copied, not
	// changed, and its connections stay its owner's: Close leaves them alone.
	// Nil means a client of our own with the defaults of net/http.
	HTTPClient *http.Client
	// Logger gets one Debug record per attempt and one Warn record per retry.
	// Nil is silent.
	Logger *slog.Logger
	// UserAgent defaults to "wandgo/" and the module's version.
	UserAgent string
	// Username and Email attribute the requests of a service account to a
	// person (X-WANDB-USERNAME, X-WANDB-USER-EMAIL). Empty ones are not sent.
	Username, Email string
	// ExtraHeaders are added to every request below BaseURL that does not have
	// them already.
	ExtraHeaders map[string]string
	// Observe is called once per HTTP attempt, from the goroutine that made it,
	// before the next attempt starts. It must be safe for concurrent use.
	Observe func(Exchange)
	// Tracer observes each HTTP attempt; nil if nobody does.
	Tracer Tracer
}
