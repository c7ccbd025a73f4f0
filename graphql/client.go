package graphql

import (
	"cmp"
	"context"
	"fmt"

	gql "github.com/Khan/genqlient/graphql"

	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/transport"
)

// HTTPError is genqlient's error for a response with an HTTP error status. It
// is in the chain of every [*Error] that such a response caused.
type HTTPError = gql.HTTPError

// Client makes GraphQL requests to one server with one key. Create it with [New].
// It is safe for concurrent use.
type Client struct {
	inner   *gqlclient.Client
	observe func(Exchange) // may be nil
}

var _ gql.Client = (*Client)(nil)

// New creates a Client. It makes no request. It returns an error if the base URL or
// a header is invalid.
func New(o Options) (*Client, error) {
	t, err := transport.New(transport.Options{
		BaseURL: cmp.Or(o.BaseURL, DefaultBaseURL), Key: secret.New(o.APIKey), HTTPClient: o.HTTPClient, Logger: o.Logger,
		UserAgent: o.UserAgent, Username: o.Username, Email: o.Email, ExtraHeaders: o.ExtraHeaders,
	})
	if err != nil {
		return nil, fmt.Errorf("make GraphQL client: %w", err)
	}
	return &Client{gqlclient.New(t), o.Observe}, nil
}

// Close closes idle connections; requests in flight finish. It does not close the
// connections of Options.HTTPClient. Further calls do nothing.
func (c *Client) Close() error { return c.inner.Transport().Close() }

// BaseURL returns the server's address without a trailing slash.
func (c *Client) BaseURL() string { return c.inner.Transport().BaseURL() }

// ForProbes returns a Client on the same connections for interactive use: it
// retries once, quickly, instead of twenty times.
func (c *Client) ForProbes() *Client { return &Client{c.inner.ForProbes(), c.observe} }

// Format prints the base URL only, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, c.inner) }

// MakeRequest makes one GraphQL request; the generated functions call it. It
// blocks until there is a final response, the retries run out (a quarter of an
// hour, if ctx has no deadline) or ctx ends. Every error is an [*Error]. If the
// response holds data and errors, resp.Data is filled and the error returned.
func (c *Client) MakeRequest(ctx context.Context, req *gql.Request, resp *gql.Response) error {
	if c.observe != nil {
		ctx = transport.WithObserver(ctx, func(x transport.Exchange) { c.observe(Exchange(x)) })
	}
	return c.inner.MakeRequest(ctx, req, resp)
}
